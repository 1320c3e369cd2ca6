# Three roles: the schedule's (start this task), the execution's (pull the image, write the log), that of the nightly destroy itself.

data "aws_secretsmanager_secret" "registry" {
  count = var.registry_secret == null ? 0 : 1

  name = var.registry_secret
}

locals {
  registry_secret = one(data.aws_secretsmanager_secret.registry[*].arn)
  kms             = "arn:${local.partition}:kms:${local.region}:${local.account_id}"
  buckets         = [for bucket in sort(var.access.state_buckets) : "arn:${local.partition}:s3:::${bucket}"]

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
        Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
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

  task_statements = concat(
    [
      { Effect = "Allow", Action = ["s3:ListBucket"], Resource = local.buckets },
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = [for bucket in local.buckets : "${bucket}/*"]
      },
    ],
    # What proves that nothing is left (docs/night.md, "Permissions"): it looks and changes nothing, at whatever a stack had made. Roles that it assumes need the same rights.
    length(var.access.role_arns) > 0 ? [] : [{
      Effect = "Allow"
      Action = [
        "autoscaling:Describe*",
        "ec2:DescribeInstances",
        "ec2:DescribeNatGateways",
        "ec2:DescribeVolumes",
        "ecs:Describe*",
        "iam:GetInstanceProfile",
        "iam:GetRole",
        "kms:DescribeKey",
        "route53:ListResourceRecordSets",
        "secretsmanager:DescribeSecret",
        "tag:GetResources",
      ]
      Resource = ["*"]
    }],
    length(var.access.role_arns) == 0 ? [] : [{ Effect = "Allow", Action = ["sts:AssumeRole"], Resource = sort(var.access.role_arns) }],
    length(var.access.kms_key_arns) == 0 ? [] : [{ Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = sort(var.access.kms_key_arns) }],
  )
}

resource "aws_iam_role" "execution" {
  name               = "${local.role_name}-execution"
  description        = "Starts the task of ${var.name}"
  assume_role_policy = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  name   = "start-task"
  role   = aws_iam_role.execution.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.execution_statements })
}

resource "aws_iam_role" "task" {
  name               = "${local.role_name}-task"
  description        = "Destroys what is marked ephemeral"
  assume_role_policy = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "task" {
  name   = "states-and-roles"
  role   = aws_iam_role.task.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.task_statements })
}

resource "aws_iam_role_policy_attachment" "task" {
  for_each = var.access.policy_arns

  role       = aws_iam_role.task.name
  policy_arn = each.value
}

resource "aws_iam_role" "schedule" {
  name        = "${local.role_name}-schedule"
  description = "Starts ${var.name} by the clock"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id, "aws:SourceArn" = aws_scheduler_schedule_group.this.arn } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "start-task"
  role = aws_iam_role.schedule.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = [local.task_definitions]
        Condition = { ArnEquals = { "ecs:cluster" = local.cluster_arn } }
      },
      {
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [aws_iam_role.execution.arn, aws_iam_role.task.arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [aws_sqs_queue.failures.arn] },
    ]
  })
}
