# Names. "a-b" + "c" and "a" + "b-c" read the same, and a load balancer's name holds 32 characters: so a name is what fits
# of stack and tenant, and a hash of the whole truth. IAM knows no region, therefore the region is part of it.

data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  region     = data.aws_region.current.name # provider 6 says "region" and warns of this one, which provider 5 has alone
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id

  identity = "${local.region}/${var.stack}/${var.tenant}"
  readable = trimsuffix(substr("${var.stack}-${var.tenant}", 0, 23), "-")
  name     = "${local.readable}-${substr(sha256(local.identity), 0, 8)}"

  # What AWS replaces instead of changing is in these two names, so that the new thing can stand beside the old one until it
  # serves. A target group belongs to one load balancer for ever, so both are told apart by the same facts.
  # Of both kinds of target, since a move on a shared load balancer has both.
  ways_in = { for kind in ["instance", "ip"] : kind => join("/", [
    local.identity,
    var.cluster.vpc_id,
    kind,
    local.own ? (var.load_balancer.internal ? "internal" : "public") : local.shared ? var.load_balancer.shared.arn_suffix : "none",
  ]) }
  way_in_names = { for kind, way_in in local.ways_in : kind => "${local.readable}-${substr(sha256(way_in), 0, 8)}" }

  # No tenant has an underscore in its name: "acme_1" is no other tenant's.
  service_identity = join("/", [local.ways_in[local.target_type], var.task.launch_type, var.deployment.strategy, jsonencode(local.capacity_providers)])
  service_name     = "${var.tenant}_${substr(sha256(local.service_identity), 0, 8)}"
}

# Every thing whose name holds those facts has them in its address too: then old and new are two instances, not one and its
# replacement, and an apply that fails, stops or goes back finds both where they are. An address must be known before anything
# is made, so it says what the caller writes, not what AWS answers.
locals {
  kinds_of_way_in = { for kind in ["instance", "ip"] : kind => "${kind}-${local.own ? (var.load_balancer.internal ? "own-internal" : "own-public") : local.shared ? "shared${var.load_balancer.shared.name}" : "none"}" }

  facts = {
    way_in  = local.kinds_of_way_in[local.target_type]
    service = "${lower(var.task.launch_type)}-${var.deployment.strategy}-${substr(sha256(jsonencode(var.deployment.capacity_providers)), 0, 8)}"
  }

  way_in_keys = { for kind, fact in local.kinds_of_way_in : kind => fact == terraform_data.first.input.way_in ? "first" : fact }
  way_in_key  = local.way_in_keys[local.target_type]
  service_key = local.facts == { for fact in ["way_in", "service"] : fact => terraform_data.first.input[fact] } ? "first" : join("-", [local.facts.way_in, local.facts.service])

  target_group  = try(aws_lb_target_group.this[local.way_in_key], null)
  load_balancer = one(values(aws_lb.this))
  service       = one(values(aws_ecs_service.this))
}

# What the tenant was made with, for good. It has the address "first", which also leads a state of version 0.1 here.
resource "terraform_data" "first" {
  input = merge(local.facts, { at = plantimestamp(), hostname = var.dns.hostname, discovery = local.discovery_name })

  lifecycle {
    ignore_changes = [input]
  }
}
