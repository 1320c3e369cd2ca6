# Two groups, and one way in: a load balancer in the one group reaches the dynamic ports of the machines in the other.
# A tenant's load balancer joins the group, as the shared ones do, so that a tenant adds no rule here: a group holds only 60.

locals {
  dynamic_ports = { from = 32768, to = 65535 } # where Docker puts a container whose host port is 0
}

resource "aws_security_group" "nodes" {
  name_prefix = "${var.name}-nodes-"
  description = "Nodes of the ECS cluster ${var.name}"
  vpc_id      = local.vpc_id
  tags        = { Name = "${var.name}-nodes" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "load_balancers" {
  #checkov:skip=CKV2_AWS_5:the tenants' load balancers join it, each from a state of its own

  name_prefix = "${var.name}-load-balancers-"
  description = "Load balancers that reach the nodes of ${var.name}"
  vpc_id      = local.vpc_id
  tags        = { Name = "${var.name}-load-balancers" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "nodes" {
  description                  = "Dynamic ports, from load balancers"
  security_group_id            = aws_security_group.nodes.id
  referenced_security_group_id = aws_security_group.load_balancers.id
  ip_protocol                  = "tcp"
  from_port                    = local.dynamic_ports.from
  to_port                      = local.dynamic_ports.to
}

resource "aws_vpc_security_group_egress_rule" "nodes" {
  for_each = var.node.egress

  description                  = each.key == "everything" ? "Registries, AWS and what the application calls" : each.key
  security_group_id            = aws_security_group.nodes.id
  cidr_ipv4                    = can(cidrnetmask(each.value.to)) ? each.value.to : null
  cidr_ipv6                    = strcontains(each.value.to, ":") ? each.value.to : null
  prefix_list_id               = startswith(each.value.to, "pl-") ? each.value.to : null
  referenced_security_group_id = startswith(each.value.to, "sg-") ? each.value.to : null
  ip_protocol                  = each.value.protocol == "all" ? "-1" : each.value.protocol
  from_port                    = each.value.protocol == "all" ? null : coalesce(each.value.port, 0)
  to_port                      = each.value.protocol == "all" ? null : coalesce(each.value.last_port, each.value.port, 65535)
}

moved {
  from = aws_vpc_security_group_egress_rule.nodes
  to   = aws_vpc_security_group_egress_rule.nodes["everything"]
}

resource "aws_vpc_security_group_egress_rule" "load_balancers" {
  description                  = "Dynamic ports of the nodes"
  security_group_id            = aws_security_group.load_balancers.id
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "tcp"
  from_port                    = local.dynamic_ports.from
  to_port                      = local.dynamic_ports.to
}
