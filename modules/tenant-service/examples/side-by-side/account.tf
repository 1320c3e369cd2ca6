# What an account with rules of its own brings: a boundary, a key, roles that another team makes, a security group.

data "aws_caller_identity" "current" {}

resource "aws_iam_policy" "boundary" {
  name = "${local.stack}-boundary"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["ecr:*", "ecs:*", "kms:*", "logs:*", "sqs:*"]
      Resource = "*"
    }]
  })
}

resource "aws_kms_key" "this" {
  description             = "Logs and queues of ${local.stack}"
  enable_key_rotation     = true
  deletion_window_in_days = 7

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = data.aws_caller_identity.current.account_id }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Effect    = "Allow"
        Principal = { Service = ["logs.ap-southeast-2.amazonaws.com", "sns.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:Describe*"]
        Resource  = "*"
      },
    ]
  })
}

resource "aws_iam_role" "elsewhere" {
  for_each = toset(["start", "run"])

  name = "${local.stack}-${each.key}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_security_group" "callers" {
  name_prefix = "${local.stack}-callers-"
  description = "What the database lets in"
  vpc_id      = data.aws_vpc.default.id
}
