# Rules on a load balancer that many tenants share, one for each service: requests for the tenant's host names, and for the service's
# path, are the service's. Priorities are assigned once, so that no tenant's rule changes as others come and go.
#
# ECS takes only a target group that a rule leads to, and a rule that leads to tasks which are not there yet is an outage. So in
# an apply that moves a service to the other kind of target group it has both, and two rules. `shared` steps aside, to a
# higher number, and leads to the old group alone: the new one has no weight there, which is enough for ECS. `turned` has a lower
# number; it comes when the new service is steady, and takes the requests. The apply after it gives the service its own number
# back, on a rule to the new group alone; only then the two rules and the old group go. Aside from either group there is a number
# of its own, so that a move may also turn back before it has ended. Rules of wider paths step aside as far, and stay behind.

locals {
  moving     = { for service, target in var.targets : service => target.moving if local.shared && target.moving != null }
  left_types = { for service, target in var.targets : service => target.target_type == "ip" ? "instance" : "ip" }

  # How far each steps aside, and why: its own move, or that of a service whose path is part of its own.
  steps = { for service, move in local.moving : service => move.aside[local.left_types[service]] - var.targets[service].priority }
  aside = { for service in keys(var.targets) : service => max(0, [for other, step in local.steps : step if other == service || contains(local.narrower[service], other)]...) }

  rules = { for service, target in(local.shared ? var.targets : {}) : (
    contains(keys(local.moving), service) ? local.group_keys[service][local.left_types[service]] : local.groups[service]
  ) => merge(target, { service = service, moves = contains(keys(local.moving), service) }) }
}

data "aws_lb_listener" "shared" {
  count = local.shared ? 1 : 0

  arn = var.load_balancer.shared.listener_arn
}

resource "aws_lb_listener_rule" "shared" {
  for_each = local.rules

  listener_arn = var.load_balancer.shared.listener_arn
  priority     = each.value.priority + local.aside[each.value.service]

  action {
    type             = "forward"
    target_group_arn = each.value.moves ? null : aws_lb_target_group.this[each.key].arn

    dynamic "forward" {
      for_each = each.value.moves ? [local.groups[each.value.service]] : []

      content {
        target_group {
          arn    = aws_lb_target_group.this[each.key].arn
          weight = 1
        }

        target_group {
          arn    = aws_lb_target_group.this[forward.value].arn
          weight = 0
        }

        # AWS refuses a rule with several groups of which one is sticky, unless the rule is too.
        dynamic "stickiness" {
          for_each = each.value.sticky_seconds > 0 ? [each.value.sticky_seconds] : []

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

  dynamic "condition" {
    for_each = each.value.path[*]

    content {
      path_pattern {
        values = [condition.value]
      }
    }
  }

  # ECS takes only a target group that a rule leads to. Until the tasks answer no client may be led there: so the rule asks for a header
  # that none sends, and what answered the path goes on. A rule holds five values: with more names there is no room for it.
  dynamic "condition" {
    for_each = each.value.joining && each.value.path != null && length(local.host_names) <= 3 ? [aws_lb_target_group.this[each.key].name] : []

    content {
      http_header {
        http_header_name = "X-Target-Group"
        values           = [condition.value]
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener_rule" "turned" {
  for_each = local.moving

  listener_arn = var.load_balancer.shared.listener_arn
  priority     = each.value.turned

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[local.groups[each.key]].arn
  }

  condition {
    host_header {
      values = local.host_names
    }
  }

  dynamic "condition" {
    for_each = var.targets[each.key].path[*]

    content {
      path_pattern {
        values = [condition.value]
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [var.serving]
}
