# A load balancer reaches bridge and host tasks as a member of the cluster's group, awsvpc tasks through a group of their own.

locals {
  awsvpc = var.task.network_mode == "awsvpc"

  # The order in which AWS gives them back does not matter: both are sets there.
  task_security_groups = concat(aws_security_group.tasks[*].id, values(var.task.security_groups))

  # By kind of load balancer and port: as one of them changes, the tasks with the old one stay within reach until they are gone.
  reach = local.awsvpc && local.balanced ? toset(["${var.target.mode}-${local.port}"]) : toset([])
}

resource "aws_security_group" "tasks" {
  #checkov:skip=CKV2_AWS_5:the service's tasks are in it; checkov sees that only where the module stands once

  count = local.awsvpc ? 1 : 0

  name_prefix = "${local.name}-tasks-"
  description = "Tasks of ${local.whose}"
  vpc_id      = var.cluster.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  for_each = local.mode == "own" ? local.reach : toset([])

  description                  = "Tasks"
  security_group_id            = var.target.security_group_id
  referenced_security_group_id = aws_security_group.tasks[0].id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_ingress_rule" "tasks" {
  for_each = local.reach

  description                  = "Load balancer"
  security_group_id            = aws_security_group.tasks[0].id
  referenced_security_group_id = var.target.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

# Without a load balancer those call who are given.
resource "aws_vpc_security_group_ingress_rule" "callers" {
  for_each = local.awsvpc ? var.task.callers : {}

  description                  = each.key
  security_group_id            = aws_security_group.tasks[0].id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "tasks" {
  for_each = local.awsvpc ? var.task.egress : {}

  description                  = each.key == "everything" ? "What the application calls" : each.key
  security_group_id            = aws_security_group.tasks[0].id
  cidr_ipv4                    = can(cidrnetmask(each.value.to)) ? each.value.to : null
  cidr_ipv6                    = strcontains(each.value.to, ":") ? each.value.to : null
  prefix_list_id               = startswith(each.value.to, "pl-") ? each.value.to : null
  referenced_security_group_id = startswith(each.value.to, "sg-") ? each.value.to : null
  ip_protocol                  = each.value.protocol == "all" ? "-1" : each.value.protocol
  from_port                    = each.value.protocol == "all" ? null : coalesce(each.value.port, 0)
  to_port                      = each.value.protocol == "all" ? null : coalesce(each.value.last_port, each.value.port, 65535)
}

moved {
  from = aws_vpc_security_group_egress_rule.tasks[0]
  to   = aws_vpc_security_group_egress_rule.tasks["everything"]
}
