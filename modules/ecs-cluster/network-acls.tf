# Network ACLs, if asked for: a second lock behind the security groups. They know no connections, so answers need rules of their own,
# to the ports that callers choose. A NAT gateway and the load balancers' callers choose from 1024 up, Linux from 32768 up.
# https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html, "Ephemeral ports"

locals {
  acls     = local.make_network ? var.network.acls : null
  anywhere = var.network.ipv6 ? ["0.0.0.0/0", "::/0"] : ["0.0.0.0/0"]

  acl_ports = { for kind in ["services", "outbound", "data"] : kind => local.acls == null ? [] : sort(distinct(values(local.acls[kind]))) }

  # By kind of subnet: why, from or to which blocks, and the ports. README.md has the same as a table.
  acl_rules = {
    public = {
      ingress = concat(
        [{ why = "callers of load balancers", blocks = local.anywhere, from = 80, to = 80 }],
        [{ why = "callers of load balancers", blocks = local.anywhere, from = 443, to = 443 }],
        [{ why = "answers to load balancers and to what is called from here", blocks = local.anywhere, from = 1024, to = 65535 }],
        [for port in local.acl_ports.outbound : { why = "to the NAT gateway", blocks = [var.network.cidr], from = port, to = port } if port != "443"],
      )
      egress = concat(
        [{ why = "answers to callers, and requests to tasks", blocks = local.anywhere, from = 1024, to = 65535 }],
        [for port in local.acl_ports.outbound : { why = "what is called from here, and through the NAT gateway", blocks = ["0.0.0.0/0"], from = port, to = port }],
      )
    }
    private = {
      ingress = concat(
        [for port in local.acl_ports.services : { why = "services with a port of their own", blocks = [var.network.cidr], from = port, to = port }],
        [{ why = "dynamic ports of tasks, and answers to what is called", blocks = ["0.0.0.0/0"], from = 32768, to = 65535 }],
      )
      egress = concat(
        [{ why = "answers to load balancers, and requests to services and data", blocks = [var.network.cidr], from = 1024, to = 65535 }],
        [for port in local.acl_ports.services : { why = "requests to services with a port below", blocks = [var.network.cidr], from = port, to = port } if port < 1024],
        [for port in local.acl_ports.outbound : { why = "what is called", blocks = ["0.0.0.0/0"], from = port, to = port }],
      )
    }
    data = {
      ingress = [for port in local.acl_ports.data : { why = "databases and file systems", blocks = [var.network.cidr], from = port, to = port }]
      egress  = [{ why = "answers", blocks = [var.network.cidr], from = 1024, to = 65535 }]
    }
  }

  # One block each, numbered in their order: AWS takes the first that fits.
  acl_entries = { for kind, directions in local.acl_rules : kind => { for direction, rules in directions : direction => flatten([
    for rule in rules : [for block in rule.blocks : { block = block, from = tonumber(rule.from), to = tonumber(rule.to) }]
  ]) } }

  acl_subnets = local.acls == null ? {} : merge(
    { public = values(aws_subnet.public)[*].id },
    local.private ? { private = values(aws_subnet.private)[*].id } : {},
    var.network.data ? { data = values(aws_subnet.data)[*].id } : {},
  )
}

resource "aws_network_acl" "this" {
  #checkov:skip=CKV2_AWS_1:subnet_ids attaches each to its subnets, by a map that checkov does not evaluate

  for_each = local.acl_subnets

  vpc_id     = local.vpc_id
  subnet_ids = each.value
  tags       = { Name = "${var.name}-${each.key}" }

  dynamic "ingress" {
    for_each = local.acl_entries[each.key].ingress

    content {
      rule_no         = 100 + 10 * ingress.key
      action          = "allow"
      protocol        = "tcp"
      cidr_block      = strcontains(ingress.value.block, ":") ? null : ingress.value.block
      ipv6_cidr_block = strcontains(ingress.value.block, ":") ? ingress.value.block : null
      from_port       = ingress.value.from
      to_port         = ingress.value.to
    }
  }

  dynamic "egress" {
    for_each = local.acl_entries[each.key].egress

    content {
      rule_no         = 100 + 10 * egress.key
      action          = "allow"
      protocol        = "tcp"
      cidr_block      = strcontains(egress.value.block, ":") ? null : egress.value.block
      ipv6_cidr_block = strcontains(egress.value.block, ":") ? egress.value.block : null
      from_port       = egress.value.from
      to_port         = egress.value.to
    }
  }
}
