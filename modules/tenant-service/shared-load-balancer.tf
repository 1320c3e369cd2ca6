# One rule on a load balancer that many tenants share: requests for the tenant's host names are the tenant's. The priority
# is assigned once, so that no tenant's rule changes as others come and go.
#
# ECS takes only a target group that a rule leads to, and a rule that leads to tasks which are not there yet is an outage.
# So there are three. `shared` stands before the service: the tenant is new, or its target group stays. For a move the
# tenant has two rules more: `waiting` keeps the new target group attached under a host name that no client uses; `turned`
# comes when the new service is steady, and its lower priority takes the requests. The apply after it puts `shared` back,
# which leads to the new target group from its first moment, and then takes the two away.

locals {
  moving = local.shared ? var.load_balancer.shared.moving : null
}

data "aws_lb_listener" "shared" {
  count = local.shared ? 1 : 0

  arn = var.load_balancer.shared.listener_arn
}

resource "aws_lb_listener_rule" "shared" {
  for_each = local.shared && local.moving == null ? toset([local.way_in_key]) : toset([])

  listener_arn = var.load_balancer.shared.listener_arn
  priority     = var.load_balancer.shared.priority

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
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

resource "aws_lb_listener_rule" "waiting" {
  count = local.moving == null ? 0 : 1

  listener_arn = var.load_balancer.shared.listener_arn
  priority     = local.moving.waiting

  action {
    type             = "forward"
    target_group_arn = local.target_group.arn
  }

  condition {
    host_header {
      values = ["${local.way_in_name}.invalid"] # no name ends so: RFC 2606
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
