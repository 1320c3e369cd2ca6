# Who may connect to a load balancer of the tenant's own. It reaches bridge and host tasks as a member of the cluster's group; each
# service adds a rule for tasks that have an address.

locals {
  listener_ports = local.own_https ? { http = 80, https = 443 } : { http = 80 }

  entrances = !local.own ? {} : merge([for who, block in var.load_balancer.allowed : {
    for protocol, port in local.listener_ports : "${who}-${protocol}" => { block = block, port = port }
  }]...)
}

resource "aws_security_group" "load_balancer" {
  count = local.own ? 1 : 0

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
  security_group_id = aws_security_group.load_balancer[0].id
  cidr_ipv4         = strcontains(each.value.block, ":") ? null : each.value.block
  cidr_ipv6         = strcontains(each.value.block, ":") ? each.value.block : null
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}
