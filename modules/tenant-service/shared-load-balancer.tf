# One rule on a load balancer that many tenants share: requests for the tenant's host names are the tenant's. The priority
# is assigned once, so that no tenant's rule changes as others come and go.
#
# ECS takes only a target group that a rule leads to, and a rule that leads to tasks which are not there yet is an outage. So in
# an apply that moves the tenant to the other kind of target group it has both, and two rules. `shared` steps aside, to a
# higher number, and leads to the old group alone: the new one has no weight there, which is enough for ECS. `turned` has a lower
# number; it comes when the new service is steady, and takes the requests. The apply after it gives the tenant its own number
# back, on a rule to the new group alone; only then the two rules and the old group go. Aside from either group there is a number
# of its own, so that a move may also turn back before it has ended.

locals {
  moving    = local.shared ? var.load_balancer.shared.moving : null
  left_type = local.awsvpc ? "instance" : "ip"
}

data "aws_lb_listener" "shared" {
  count = local.shared ? 1 : 0

  arn = var.load_balancer.shared.listener_arn
}

resource "aws_lb_listener_rule" "shared" {
  for_each = !local.shared ? toset([]) : toset([local.moving == null ? local.way_in_key : local.way_in_keys[local.left_type]])

  listener_arn = var.load_balancer.shared.listener_arn
  priority     = local.moving == null ? var.load_balancer.shared.priority : local.moving.aside[local.left_type]

  action {
    type             = "forward"
    target_group_arn = local.moving == null ? aws_lb_target_group.this[each.key].arn : null

    dynamic "forward" {
      for_each = local.moving[*]

      content {
        target_group {
          arn    = aws_lb_target_group.this[each.key].arn
          weight = 1
        }

        target_group {
          arn    = local.target_group.arn
          weight = 0
        }

        # AWS refuses a rule with several groups of which one is sticky, unless the rule is too.
        dynamic "stickiness" {
          for_each = var.load_balancer.sticky_seconds > 0 ? [var.load_balancer.sticky_seconds] : []

          content {
            enabled  = true
            duration = stickiness.value
          }
        }
      }
    }
  }

  condition {
    host_header {
      values = local.host_names
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener_rule" "turned" {
  count = local.moving == null ? 0 : 1

  listener_arn = var.load_balancer.shared.listener_arn
  priority     = local.moving.turned

  action {
    type             = "forward"
    target_group_arn = local.target_group.arn
  }

  condition {
    host_header {
      values = local.host_names
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_appautoscaling_policy.in, aws_appautoscaling_policy.out, aws_appautoscaling_policy.track, aws_appautoscaling_target.bounds, aws_ecs_service.this]
}
