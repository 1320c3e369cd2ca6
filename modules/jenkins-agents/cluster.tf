# Where agents run: the cluster that is given, or one of Fargate alone. It costs nothing while no agent runs.

data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  region     = data.aws_region.current.name # provider 6 says "region" and warns of this one, which provider 5 has alone
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id

  # Roles know no region: the hash keeps the same stack in two regions apart. Nor can IAM change a path, and it knows one role of a
  # name in all paths: a role that moves has another name.
  readable  = trimsuffix(substr(var.name, 0, 31), "-")
  role_name = "${local.readable}-${substr(sha256("${local.region}/${var.name}${var.roles.path == "/" ? "" : var.roles.path}"), 0, 8)}"

  make_cluster = var.cluster == null
  cluster_name = local.make_cluster ? aws_ecs_cluster.this[0].name : var.cluster.name
  cluster_arn  = local.make_cluster ? aws_ecs_cluster.this[0].arn : var.cluster.arn
  vpc_id       = coalesce(var.network.vpc_id, try(var.cluster.vpc_id, null))
  subnet_ids   = length(var.network.subnet_ids) > 0 ? var.network.subnet_ids : var.cluster.node_subnet_ids
}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65:insights is the caller's; each of its metrics costs

  count = local.make_cluster ? 1 : 0

  name = var.name

  setting {
    name  = "containerInsights"
    value = var.insights
  }

  depends_on = [aws_cloudwatch_log_group.insights]
}

# ECS makes this group itself when it is missing: without an end to its retention, and left over after a destroy.
resource "aws_cloudwatch_log_group" "insights" {
  count = local.make_cluster && var.insights != "disabled" ? 1 : 0

  name              = "/aws/ecs/containerinsights/${var.name}/performance"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.encryption.logs
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  count = local.make_cluster ? 1 : 0

  cluster_name       = aws_ecs_cluster.this[0].name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}
