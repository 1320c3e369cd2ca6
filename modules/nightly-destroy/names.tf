data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  region     = data.aws_region.current.name # provider 6 says "region" and warns of this one, which provider 5 has alone
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id

  # Roles know no region: the hash keeps the same name in two regions apart. Nor can IAM change a path, and it knows one role of a
  # name in all paths: a role that moves has another name.
  role_name = "${var.name}-${substr(sha256("${local.region}/${var.name}${var.roles.path == "/" ? "" : var.roles.path}"), 0, 8)}"

  # Every revision: a new image must not wait for a new policy.
  task_definitions = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/${var.name}:*"
}
