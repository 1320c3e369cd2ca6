# Names. "a-b" + "c" and "a" + "b-c" read the same, and a load balancer's name holds 32 characters: so a name is what fits
# of stack and tenant, and a hash of the whole truth. IAM knows no region, therefore the region is part of it.

data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  region     = data.aws_region.current.name # provider 6 says "region" and warns of this one, which provider 5 has alone
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id

  # The first service of a tenant has no name of its own in these; "acme/api" is no tenant.
  identity = join("/", concat([local.region, var.stack, var.tenant], var.service.name[*]))
  readable = trimsuffix(substr(join("-", concat([var.stack, var.tenant], var.service.name[*])), 0, 23), "-")
  name     = "${local.readable}-${substr(sha256(local.identity), 0, 8)}"

  address = join("/", concat([var.tenant], var.service.name[*]))
  whose   = "${join(" of ", concat(var.service.name[*], [var.tenant]))} in ${var.stack}" # in descriptions

  balanced    = var.target != null
  mode        = local.balanced ? var.target.mode : "none"
  target_type = local.awsvpc ? "ip" : "instance"

  # What AWS replaces instead of changing is in the name, so that the new service can stand beside the old one until it serves. No
  # tenant has an underscore in its name: "acme_1" is no other tenant's.
  way_in           = local.balanced ? var.target.identity : join("/", [local.identity, var.cluster.vpc_id, local.target_type, "none"])
  service_identity = join("/", [local.way_in, var.task.launch_type, var.deployment.strategy, jsonencode(local.capacity_providers)])
  service_name     = "${join("_", concat([var.tenant], var.service.name[*]))}_${substr(sha256(local.service_identity), 0, 8)}"
}

# A thing whose name holds those facts has them in its address too: then old and new are two instances, not one and its
# replacement, and an apply that fails, stops or goes back finds both where they are. An address must be known before anything
# is made, so it says what the caller writes, not what AWS answers.
locals {
  facts = {
    way_in  = local.balanced ? var.target.fact : "${local.target_type}-none"
    service = local.service_fact
  }

  # By itself: the module tenant-load-balancer remembers it, and says where requests come from.
  service_fact = "${lower(var.task.launch_type)}-${var.deployment.strategy}-${substr(sha256(jsonencode(var.deployment.capacity_providers)), 0, 8)}"

  made_with   = try({ for fact in ["way_in", "service"] : fact => var.service.first[fact] }, null)
  service_key = local.facts == local.made_with ? "first" : join("-", [local.facts.way_in, local.facts.service])
  service     = one(values(aws_ecs_service.this))
}
