locals {
  # A service that moves has both.
  grouped = merge([for service, target in var.targets : {
    for kind in(target.moving == null || !local.shared ? [target.target_type] : ["instance", "ip"]) : local.group_keys[service][kind] => merge(target, { service = service, kind = kind })
  }]...)
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; only it reaches the tasks, inside the network

  for_each = local.balanced ? local.grouped : {}

  name                 = local.group_names[each.value.service][each.value.kind]
  vpc_id               = var.cluster.vpc_id
  target_type          = each.value.kind
  protocol             = "HTTP"
  port                 = 80 # for form's sake: ECS registers every task with its own, and a change here would replace the group
  deregistration_delay = each.value.drain_seconds
  slow_start           = each.value.slow_start_seconds

  health_check {
    path                = each.value.health_check.path
    matcher             = each.value.health_check.codes
    interval            = each.value.health_check.interval
    timeout             = each.value.health_check.timeout
    healthy_threshold   = each.value.health_check.healthy
    unhealthy_threshold = each.value.health_check.unhealthy
  }

  stickiness {
    enabled         = each.value.sticky_seconds > 0
    type            = "lb_cookie"
    cookie_duration = max(each.value.sticky_seconds, 1)
  }

  tags = { Name = local.name }

  lifecycle {
    create_before_destroy = true
  }
}
