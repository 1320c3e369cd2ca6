locals {
  target_type  = local.awsvpc ? "ip" : "instance"
  target_types = local.moving == null ? [local.target_type] : ["instance", "ip"]
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; only it reaches the tasks, inside the network

  for_each = local.balanced ? { for kind in local.target_types : local.way_in_keys[kind] => kind } : {}

  name                 = local.way_in_names[each.value]
  vpc_id               = var.cluster.vpc_id
  target_type          = each.value
  protocol             = "HTTP"
  port                 = 80 # for form's sake: ECS registers every task with its own, and a change here would replace the group
  deregistration_delay = var.load_balancer.drain_seconds
  slow_start           = var.load_balancer.slow_start_seconds

  health_check {
    path                = var.health_check.path
    matcher             = var.health_check.codes
    interval            = var.health_check.interval
    timeout             = var.health_check.timeout
    healthy_threshold   = var.health_check.healthy
    unhealthy_threshold = var.health_check.unhealthy
  }

  stickiness {
    enabled         = var.load_balancer.sticky_seconds > 0
    type            = "lb_cookie"
    cookie_duration = max(var.load_balancer.sticky_seconds, 1)
  }

  tags = local.lasting

  lifecycle {
    create_before_destroy = true
  }
}
