# Names by which services of a tenant find each other inside the network, and who may then call which tasks. Tasks on machines share the
# machines' group; a task with an address of its own (awsvpc) joins the group of callers to reach them.

resource "aws_service_discovery_private_dns_namespace" "this" {
  count = var.namespace == null ? 0 : 1

  name        = var.namespace
  description = "Services of tenants on ${var.name}"
  vpc         = local.vpc_id
}

resource "aws_security_group" "callers" {
  #checkov:skip=CKV2_AWS_5:tenants' tasks join it, each from a state of its own

  count = var.namespace == null ? 0 : 1

  name_prefix = "${var.name}-callers-"
  description = "Tasks that may call those on nodes of ${var.name}"
  vpc_id      = local.vpc_id
  tags        = { Name = "${var.name}-callers" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "callers" {
  for_each = var.namespace == null ? {} : { nodes = aws_security_group.nodes.id, callers = aws_security_group.callers[0].id }

  description                  = "Dynamic ports, from ${each.key}"
  security_group_id            = aws_security_group.nodes.id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = local.dynamic_ports.from
  to_port                      = local.dynamic_ports.to
}
