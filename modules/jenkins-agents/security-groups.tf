# Agents open every connection: to the controller, to registries, to AWS. Nothing connects to an agent. The controller
# is reached by agents alone on their port, and on HTTPS; people come in by rules of the controller's own.

locals {
  make_controller_group = var.controller.security_group == null
  controller_group_id   = local.make_controller_group ? aws_security_group.controller[0].id : var.controller.security_group.id

  controller_ports = merge(
    var.controller.load_balanced ? {} : { https = { port = var.controller.https_port, description = "HTTPS, from Jenkins agents" } },
    var.controller.web_socket ? {} : { agents = { port = var.controller.agent_port, description = "Inbound agents" } },
  )
}

resource "aws_security_group" "agents" {
  #checkov:skip=CKV2_AWS_5:agents and their controller join it, which are not made here

  name_prefix = "${var.name}-agents-"
  description = "Jenkins agents of ${var.name}"
  vpc_id      = local.vpc_id
  tags        = { Name = "${var.name}-agents" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "agents" {
  for_each = var.network.egress

  description                  = each.key == "everything" ? "The controller, registries, AWS and what builds call" : each.key
  security_group_id            = aws_security_group.agents.id
  cidr_ipv4                    = can(cidrnetmask(each.value.to)) ? each.value.to : null
  cidr_ipv6                    = strcontains(each.value.to, ":") ? each.value.to : null
  prefix_list_id               = startswith(each.value.to, "pl-") ? each.value.to : null
  referenced_security_group_id = startswith(each.value.to, "sg-") ? each.value.to : null
  ip_protocol                  = each.value.protocol == "all" ? "-1" : each.value.protocol
  from_port                    = each.value.protocol == "all" ? null : coalesce(each.value.port, 0)
  to_port                      = each.value.protocol == "all" ? null : coalesce(each.value.last_port, each.value.port, 65535)
}

moved {
  from = aws_vpc_security_group_egress_rule.agents
  to   = aws_vpc_security_group_egress_rule.agents["everything"]
}

resource "aws_security_group" "controller" {
  #checkov:skip=CKV2_AWS_5:agents and their controller join it, which are not made here

  count = local.make_controller_group ? 1 : 0

  name_prefix = "${var.name}-controller-"
  description = "Jenkins controller that the agents of ${var.name} reach"
  vpc_id      = local.vpc_id
  tags        = { Name = "${var.name}-controller" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "controller" {
  for_each = local.controller_ports

  description                  = each.value.description
  security_group_id            = local.controller_group_id
  referenced_security_group_id = aws_security_group.agents.id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}
