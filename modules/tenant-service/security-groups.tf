# The load balancer's own group says who may come in. It reaches bridge tasks as a member of the cluster's group,
# awsvpc tasks through a group of their own.

locals {
  awsvpc = var.task.network_mode == "awsvpc"

  listener_ports = local.https ? { http = 80, https = 443 } : { http = 80 }

  entrances = merge([for who, block in var.load_balancer.allowed : {
    for protocol, port in local.listener_ports : "${who}-${protocol}" => { block = block, port = port }
  }]...)
}

resource "aws_security_group" "load_balancer" {
  name_prefix = "${local.name}-lb-"
  description = "Load balancer of ${var.tenant} in ${var.stack}"
  vpc_id      = var.cluster.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  for_each = local.entrances

  description       = each.key
  security_group_id = aws_security_group.load_balancer.id
  cidr_ipv4         = strcontains(each.value.block, ":") ? null : each.value.block
  cidr_ipv6         = strcontains(each.value.block, ":") ? each.value.block : null
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

resource "aws_security_group" "tasks" {
  count = local.awsvpc ? 1 : 0

  name_prefix = "${local.name}-tasks-"
  description = "Tasks of ${var.tenant} in ${var.stack}"
  vpc_id      = var.cluster.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  count = local.awsvpc ? 1 : 0

  description                  = "Tasks"
  security_group_id            = aws_security_group.load_balancer.id
  referenced_security_group_id = aws_security_group.tasks[0].id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_ingress_rule" "tasks" {
  count = local.awsvpc ? 1 : 0

  description                  = "Load balancer"
  security_group_id            = aws_security_group.tasks[0].id
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "tasks" {
  count = local.awsvpc ? 1 : 0

  description       = "What the application calls"
  security_group_id = aws_security_group.tasks[0].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
