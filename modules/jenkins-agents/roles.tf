# Two roles for agents: what ECS does to start them, and what the builds in them may do.

data "aws_secretsmanager_secret" "registry" {
  count = var.registry_secret == null ? 0 : 1

  name = var.registry_secret
}

locals {
  registry_secret = one(data.aws_secretsmanager_secret.registry[*].arn)
  kms             = "arn:${local.partition}:kms:${local.region}:${local.account_id}"

  execution_role_arn = one(concat(aws_iam_role.execution[*].arn, var.roles.execution[*].arn))
  task_role_arn      = one(concat(aws_iam_role.task[*].arn, var.roles.task[*].arn))

  # For roles of the caller's own; null: it need not be allowed anything.
  role_policies = {
    execution = { trust = local.assumed_by_tasks, policy = jsonencode({ Version = "2012-10-17", Statement = local.execution_statements }) }
    task      = { trust = local.assumed_by_tasks, policy = null }
  }

  assumed_by_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
      }
    }]
  })

  execution_statements = concat(
    [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${aws_cloudwatch_log_group.agents.name}:*"]
      },
      {
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken"] # has no resource
        Resource = ["*"]
      },
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
        Resource = ["arn:${local.partition}:ecr:*:*:repository/*"] # the repository's own policy says who may
      },
    ],
    local.registry_secret == null ? [] : [{ Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = [local.registry_secret] }],
    # AWS's own key needs no permission, a key of the account's does: for this secret alone.
    [for key in compact(data.aws_secretsmanager_secret.registry[*].kms_key_id) : {
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [startswith(key, "arn:") && !strcontains(key, ":alias/") ? key : "${local.kms}:key/${strcontains(key, "alias/") ? "*" : key}"]
      Condition = merge(
        { StringEquals = { "kms:EncryptionContext:SecretARN" = local.registry_secret } },
        strcontains(key, "alias/") ? { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${split("alias/", key)[1]}" } } : {},
      )
    } if !endswith(key, "alias/aws/secretsmanager")],
  )
}

resource "aws_iam_role" "execution" {
  count = var.roles.execution == null ? 1 : 0

  name                 = "${local.role_name}-execution"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Starts the Jenkins agents of ${var.name}"
  assume_role_policy   = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  count = var.roles.execution == null ? 1 : 0

  name   = "start-agents"
  role   = aws_iam_role.execution[0].name
  policy = local.role_policies.execution.policy
}

resource "aws_iam_role" "task" {
  count = var.roles.task == null ? 1 : 0

  name                 = "${local.role_name}-task"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Builds on the Jenkins agents of ${var.name}"
  assume_role_policy   = local.assumed_by_tasks
}

resource "aws_iam_role_policy_attachment" "task" {
  for_each = var.task_policies

  role       = aws_iam_role.task[0].name
  policy_arn = each.value
}
