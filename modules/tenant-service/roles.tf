# Two roles: what ECS does to start the tenant's containers, and what the application itself may do.

locals {
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

  # A secret's ARN may go on with a key and a version; permission is for the secret.
  secret_arns    = distinct(flatten([for container in var.containers : values(container.secrets)]))
  secrets        = sort([for arn in local.secret_arns : join(":", slice(split(":", arn), 0, 7)) if strcontains(arn, ":secretsmanager:")])
  ssm_parameters = sort([for arn in local.secret_arns : arn if strcontains(arn, ":ssm:")])

  execution_statements = concat(
    [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
      },
      {
        Effect   = "Allow"
        Action   = ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
        Resource = ["*"]
      },
    ],
    length(local.secrets) == 0 ? [] : [{ Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = local.secrets }],
    length(local.ssm_parameters) == 0 ? [] : [{ Effect = "Allow", Action = ["ssm:GetParameters"], Resource = local.ssm_parameters }],
  )
}

resource "aws_iam_role" "execution" {
  name               = "${local.name}-execution"
  description        = "Starts the containers of ${var.tenant} in ${var.stack}"
  assume_role_policy = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  name   = "start-containers"
  role   = aws_iam_role.execution.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.execution_statements })
}

resource "aws_iam_role" "task" {
  name               = "${local.name}-task"
  description        = "The application of ${var.tenant} in ${var.stack}"
  assume_role_policy = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "task" {
  count = var.task.policy == null ? 0 : 1

  name   = "application"
  role   = aws_iam_role.task.name
  policy = var.task.policy
}
