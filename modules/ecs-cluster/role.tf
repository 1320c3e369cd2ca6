data "aws_partition" "current" {}

data "aws_secretsmanager_secret" "registry" {
  count = var.registry_secret == null ? 0 : 1

  name = var.registry_secret
}

locals {
  # Roles know no region: the hash keeps the same stack in two regions apart.
  role_name = "${var.name}-nodes-${substr(sha256("${data.aws_region.current.name}/${var.name}"), 0, 8)}"

  managed_policy  = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
  registry_secret = one(data.aws_secretsmanager_secret.registry[*].arn)
}

resource "aws_iam_role" "nodes" {
  name        = local.role_name
  description = "Nodes of the ECS cluster ${var.name}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "nodes" {
  for_each = merge({ ecs = local.managed_policy }, var.node_policies)

  role       = aws_iam_role.nodes.name
  policy_arn = each.value
}

resource "aws_iam_role_policy" "registry" {
  count = var.registry_secret == null ? 0 : 1

  name = "registry-login"
  role = aws_iam_role.nodes.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = local.registry_secret
    }]
  })
}

resource "aws_iam_instance_profile" "nodes" {
  name = local.role_name
  role = aws_iam_role.nodes.name
}
