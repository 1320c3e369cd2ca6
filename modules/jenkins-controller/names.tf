# Names. IAM knows no region, and a load balancer's name holds 32 characters: so a name is what fits, and a hash of the whole.

data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  region     = data.aws_region.current.name # provider 6 says "region" and warns of this one, which provider 5 has alone
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id

  readable = trimsuffix(substr(var.name, 0, 23), "-")
  unique   = "${local.readable}-${substr(sha256("${local.region}/${var.name}"), 0, 8)}"

  # IAM cannot change a path, and knows one role of a name in all paths: so the path is part of a role's name.
  role_name = "${local.readable}-${substr(sha256("${local.region}/${var.name}${var.roles.path == "/" ? "" : var.roles.path}"), 0, 8)}"

  ports = merge({ web = 8080 }, local.tcp ? { agents = var.agents.port } : {})
}
