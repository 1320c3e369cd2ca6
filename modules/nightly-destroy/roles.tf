# Three roles: the schedule's (start this task), the execution's (pull the image, write the log), that of the nightly destroy itself.

data "aws_secretsmanager_secret" "registry" {
  count = var.registry_secret == null ? 0 : 1

  name = var.registry_secret
}

locals {
  registry_secret = one(data.aws_secretsmanager_secret.registry[*].arn)
  kms             = "arn:${local.partition}:kms:${local.region}:${local.account_id}"
  buckets         = [for bucket in sort(var.access.state_buckets) : "arn:${local.partition}:s3:::${bucket}"]

  execution_role_arn = one(concat(aws_iam_role.execution[*].arn, var.roles.execution[*].arn))
  task_role_arn      = one(concat(aws_iam_role.task[*].arn, var.roles.task[*].arn))
  schedule_role_arn  = one(concat(aws_iam_role.schedule[*].arn, var.roles.schedule[*].arn))

  # For roles of the caller's own, too.
  role_policies = {
    execution = { trust = local.assumed_by_tasks, policy = jsonencode({ Version = "2012-10-17", Statement = local.execution_statements }) }
    task      = { trust = local.assumed_by_tasks, policy = jsonencode({ Version = "2012-10-17", Statement = local.task_statements }) }
    schedule  = { trust = local.assumed_by_schedules, policy = local.schedule_policy }
  }

  assumed_by_schedules = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id, "aws:SourceArn" = "arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule-group/${aws_scheduler_schedule_group.this.name}" } }
    }]
  })

  schedule_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = [local.task_definitions]
        Condition = { ArnEquals = { "ecs:cluster" = var.cluster == null ? "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/${aws_ecs_cluster.this[0].name}" : var.cluster.arn } }
      },
      {
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [local.execution_role_arn, local.task_role_arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = ["arn:${local.partition}:sqs:${local.region}:${local.account_id}:${aws_sqs_queue.failures.name}"] },
    ], [for key in var.encryption.queues[*] : { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = [key] }])
  })

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
        Resource = ["arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:${aws_cloudwatch_log_group.this.name}:*"]
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
  count = var.roles.execution == null ? 1 : 0

  name                 = "${local.role_name}-execution"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Starts the task of ${var.name}"
  assume_role_policy   = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  count = var.roles.execution == null ? 1 : 0

  name   = "start-task"
  role   = aws_iam_role.execution[0].name
  policy = local.role_policies.execution.policy
}

resource "aws_iam_role" "task" {
  count = var.roles.task == null ? 1 : 0

  name                 = "${local.role_name}-task"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Destroys what is marked ephemeral"
  assume_role_policy   = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "task" {
  count = var.roles.task == null ? 1 : 0

  name   = "states-and-roles"
  role   = aws_iam_role.task[0].name
  policy = local.role_policies.task.policy
}

resource "aws_iam_role_policy_attachment" "task" {
  for_each = var.access.policy_arns

  role       = aws_iam_role.task[0].name
  policy_arn = each.value
}

resource "aws_iam_role" "schedule" {
  count = var.roles.schedule == null ? 1 : 0

  name                 = "${local.role_name}-schedule"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Starts ${var.name} by the clock"
  assume_role_policy   = local.role_policies.schedule.trust
}

resource "aws_iam_role_policy" "schedule" {
  count = var.roles.schedule == null ? 1 : 0

  name   = "start-task"
  role   = aws_iam_role.schedule[0].name
  policy = local.role_policies.schedule.policy
}
