# People, agents and webhooks come by HTTPS. Port 80 only redirects.

locals {
  make_certificate = var.address.certificate_arn == null
  certificate_arn  = local.make_certificate ? aws_acm_certificate_validation.this[0].certificate_arn : var.address.certificate_arn
  url              = "https://${var.address.hostname}/"
}

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_28:a firewall costs by the load balancer; to add one, use the ARN in the outputs
  #checkov:skip=CKV_AWS_91:access_logs names the bucket of a caller who wants them
  #checkov:skip=CKV_AWS_150:deletion_protection is the caller's

  name                       = local.unique
  load_balancer_type         = "application"
  internal                   = var.address.internal
  subnets                    = var.network.load_balancer_subnet_ids
  security_groups            = [aws_security_group.load_balancer.id]
  idle_timeout               = 300 # an agent's WebSocket and a build's log stay open
  enable_deletion_protection = var.address.deletion_protection
  drop_invalid_header_fields = true

  dynamic "access_logs" {
    for_each = var.address.access_logs[*]

    content {
      enabled = true
      bucket  = access_logs.value.bucket
      prefix  = access_logs.value.prefix
    }
  }
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; only it reaches Jenkins, inside the network

  name                 = local.unique
  vpc_id               = var.network.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = local.ports.web
  deregistration_delay = 10 # there is no second task that could take over

  health_check {
    path                = "/login"
    matcher             = "200"
    interval            = 15
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 5
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = local.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
}

resource "aws_lb_listener" "redirect" {
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
