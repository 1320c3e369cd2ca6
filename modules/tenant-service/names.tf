# Names. "a-b" + "c" and "a" + "b-c" read the same, and a load balancer's name holds 32 characters: so a name is what fits
# of stack and tenant, and a hash of the whole truth. IAM knows no region, therefore the region is part of it.

data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  region     = data.aws_region.current.name
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id

  identity = "${local.region}/${var.stack}/${var.tenant}"
  readable = trimsuffix(substr("${var.stack}-${var.tenant}", 0, 23), "-")
  name     = "${local.readable}-${substr(sha256(local.identity), 0, 8)}"

  front = var.front != null ? var.front : one([for name, container in var.containers : name if container.port != null])
  port  = var.containers[local.front].port
}
