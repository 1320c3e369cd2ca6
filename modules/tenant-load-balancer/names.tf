# Names: see modules/tenant-service/names.tf. What belongs to the tenant, and to its first service, is named by stack and tenant;
# what belongs to another service has that service's name in it too.

data "aws_region" "current" {}

locals {
  region = data.aws_region.current.name # provider 6 says "region" and warns of this one, which provider 5 has alone

  identity = "${local.region}/${var.stack}/${var.tenant}"
  readable = trimsuffix(substr("${var.stack}-${var.tenant}", 0, 23), "-")
  name     = "${local.readable}-${substr(sha256(local.identity), 0, 8)}"

  # A load balancer of its own has the kind of targets that the service has which answers for every path.
  catch_all = one([for service, target in var.targets : service if target.path == null])
  kind      = local.catch_all == null ? "instance" : var.targets[local.catch_all].target_type
  side      = var.load_balancer.internal ? "internal" : "public"

  # Of each service, by the kind of its targets, since a move on a shared load balancer has both: what AWS replaces instead of changing
  # is in the name, so that the new thing can stand beside the old one until it serves. A target group belongs to one load balancer
  # for ever, so what tells two load balancers apart is in it too.
  of_service = { for service in keys(var.targets) : service => service == var.first_service.name ? [] : [service] }

  ways_in = { for service, others in local.of_service : service => { for kind in ["instance", "ip"] : kind => join("/", concat(
    [local.identity],
    others,
    [var.cluster.vpc_id, kind, local.own ? local.side : local.shared ? var.load_balancer.shared.arn_suffix : "none"],
    local.own && kind != local.kind ? [local.kind] : [],
  )) } }

  of_groups   = { for service, others in local.of_service : service => trimsuffix(substr(join("-", concat([var.stack, var.tenant], others)), 0, 23), "-") }
  group_names = { for service, kinds in local.ways_in : service => { for kind, way_in in kinds : kind => "${local.of_groups[service]}-${substr(sha256(way_in), 0, 8)}" } }

  load_balancer_name = "${local.readable}-${substr(sha256(join("/", [local.identity, var.cluster.vpc_id, local.kind, local.side])), 0, 8)}"
}

# Every thing whose name holds those facts has them in its address too: then old and new are two instances, not one and its
# replacement, and an apply that fails, stops or goes back finds both where they are. An address must be known before anything
# is made, so it says what the caller writes, not what AWS answers.
locals {
  kinds_of_way_in = { for kind in ["instance", "ip"] : kind => "${kind}-${local.own ? "own-${local.side}" : local.shared ? "shared${var.load_balancer.shared.name}" : "none"}" }

  # Of what the tenant has once, "first" is that which it was made with.
  way_in     = local.kinds_of_way_in[local.kind]
  way_in_key = local.way_in == terraform_data.first.input.way_in ? "first" : local.way_in

  # Of target groups, and of what is made for one.
  facts = { for service in keys(var.targets) : service => { for kind, fact in local.kinds_of_way_in : kind => join("-", concat([fact], local.own && kind != local.kind ? [local.kind] : [])) } }

  group_keys = { for service, kinds in local.facts : service => { for kind, fact in kinds : kind =>
    service != var.first_service.name ? "${service} ${fact}" : fact == terraform_data.first.input.way_in ? "first" : fact
  } }

  groups = { for service, target in var.targets : service => local.group_keys[service][target.target_type] }

  load_balancer = one(values(aws_lb.this))
}

# What the tenant was made with, for good. It has the address "first", which also leads a state of version 0.1 here.
resource "terraform_data" "first" {
  input = {
    way_in    = local.way_in
    service   = var.first_service.facts
    at        = plantimestamp()
    hostname  = var.dns.hostname
    discovery = var.first_service.discovery
  }

  lifecycle {
    ignore_changes = [input]
  }
}
