locals {
  https       = var.load_balancer.certificate_arn != null
  target_type = var.task.network_mode == "awsvpc" ? "ip" : "instance"

  # A target group is replaced when one of these changes. They are in its name, so that the new one can stand beside the old.
  target_group_identity = join("/", [local.identity, var.cluster.vpc_id, local.target_type, local.port])
}

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_28:a firewall costs by the load balancer; whoever needs one joins it by the ARN given out
  #checkov:skip=CKV_AWS_150:deletion_protection is the caller's; what is destroyed every night has none
  #checkov:skip=CKV_AWS_91:no bucket of access logs is made for each tenant

  name                       = local.name
  load_balancer_type         = "application"
  internal                   = var.load_balancer.internal
  ip_address_type            = var.load_balancer.dual_stack ? "dualstack" : "ipv4"
  subnets                    = var.cluster.load_balancer_subnet_ids
  security_groups            = [aws_security_group.load_balancer.id, var.cluster.load_balancer_security_group_id]
  idle_timeout               = var.load_balancer.idle_seconds
  enable_deletion_protection = var.load_balancer.deletion_protection
  drop_invalid_header_fields = true
}

resource "aws_lb_target_group" "this" {
  name                 = "${local.readable}-${substr(sha256(local.target_group_identity), 0, 8)}"
  vpc_id               = var.cluster.vpc_id
  target_type          = local.target_type
  protocol             = "HTTP"
  port                 = local.port
  deregistration_delay = var.load_balancer.drain_seconds

  health_check {
    path                = var.health_check.path
    matcher             = var.health_check.codes
    interval            = var.health_check.interval
    timeout             = var.health_check.timeout
    healthy_threshold   = var.health_check.healthy
    unhealthy_threshold = var.health_check.unhealthy
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = local.https ? 443 : 80
  protocol          = local.https ? "HTTPS" : "HTTP"
  certificate_arn   = var.load_balancer.certificate_arn
  ssl_policy        = local.https ? var.load_balancer.ssl_policy : null

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_lb_listener" "redirect" {
  count = local.https ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}
