# Two roles: what ECS does to start the controller, and what Jenkins itself may do. What starts agents is added where the agents are
# (modules/jenkins-agents takes the role's name); builds have the agents' role, never this one.

data "aws_secretsmanager_secret" "admin" {
  name = var.admin_secret
}

data "aws_secretsmanager_secret" "more" {
  for_each = var.secrets

  name = each.value
}

data "aws_secretsmanager_secret" "registry" {
  count = var.registry_secret == null ? 0 : 1

  name = var.registry_secret
}

locals {
  registry_secret = one(data.aws_secretsmanager_secret.registry[*].arn)

  # The login, {"username": ..., "password": ...}: configuration as code reads it from the environment.
  secrets = merge({
    JENKINS_ADMIN_USER     = "${data.aws_secretsmanager_secret.admin.arn}:username::"
    JENKINS_ADMIN_PASSWORD = "${data.aws_secretsmanager_secret.admin.arn}:password::"
  }, { for name, secret in data.aws_secretsmanager_secret.more : name => secret.arn })

  kms  = "arn:${local.partition}:kms:${local.region}:${local.account_id}"
  read = concat(data.aws_secretsmanager_secret.admin[*], data.aws_secretsmanager_secret.registry, values(data.aws_secretsmanager_secret.more))

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

  # account.dkr.ecr.region.amazonaws.com/repository:tag
  ecr = try(regex("^([0-9]{12})\\.dkr[.-]ecr[a-z-]*\\.([a-z0-9-]+)\\.[a-z.]+/([^:@]+)", var.image), null)

  execution_statements = concat(
    [
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource  = ["${aws_cloudwatch_log_group.this.arn}:*"]
        Condition = {}
      },
      {
        Sid       = "Secrets"
        Effect    = "Allow"
        Action    = ["secretsmanager:GetSecretValue"]
        Resource  = [for secret in local.read : secret.arn]
        Condition = {}
      },
    ],
    local.ecr == null ? [] : [
      {
        Sid       = "RegistryLogin"
        Effect    = "Allow"
        Action    = ["ecr:GetAuthorizationToken"] # has no resource
        Resource  = ["*"]
        Condition = {}
      },
      {
        Sid       = "Image"
        Effect    = "Allow"
        Action    = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
        Resource  = ["arn:${local.partition}:ecr:${local.ecr[1]}:${local.ecr[0]}:repository/${local.ecr[2]}"]
        Condition = {}
      },
    ],
    # AWS's own key needs no permission, a key of the account's does: for that secret alone.
    [for secret in local.read : {
      Sid      = "Key${index(local.read[*].arn, secret.arn)}"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [startswith(secret.kms_key_id, "arn:") && !strcontains(secret.kms_key_id, ":alias/") ? secret.kms_key_id : "${local.kms}:key/${strcontains(secret.kms_key_id, "alias/") ? "*" : secret.kms_key_id}"]
      Condition = merge(
        { StringEquals = { "kms:EncryptionContext:SecretARN" = secret.arn } },
        strcontains(secret.kms_key_id, "alias/") ? { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${split("alias/", secret.kms_key_id)[1]}" } } : {},
      )
    } if !contains(["", "null"], coalesce(secret.kms_key_id, "null")) && !endswith(coalesce(secret.kms_key_id, "-"), "alias/aws/secretsmanager")],
  )

  task_statements = concat(
    [{
      Sid       = "Home"
      Effect    = "Allow"
      Action    = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
      Resource  = [aws_efs_file_system.home.arn]
      Condition = { StringEquals = { "elasticfilesystem:AccessPointArn" = aws_efs_access_point.home.arn } }
    }],
    var.configuration.bucket == null ? [] : [
      {
        Sid       = "Configuration"
        Effect    = "Allow"
        Action    = ["s3:GetObject"]
        Resource  = ["arn:${local.partition}:s3:::${var.configuration.bucket}/${var.configuration.key}"]
        Condition = {}
      },
      {
        Sid       = "IsThereOne" # without it S3 says "denied" of an object that does not exist
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = ["arn:${local.partition}:s3:::${var.configuration.bucket}"]
        Condition = {}
      },
    ],
  )

  make_execution_role = var.roles.execution == null
  make_task_role      = var.roles.task == null
  execution_role_arn  = local.make_execution_role ? aws_iam_role.execution[0].arn : var.roles.execution.arn
  task_role_arn       = local.make_task_role ? aws_iam_role.task[0].arn : var.roles.task.arn
  task_role_name      = local.make_task_role ? aws_iam_role.task[0].name : reverse(split("/", var.roles.task.arn))[0]
}

resource "aws_iam_role" "execution" {
  count = local.make_execution_role ? 1 : 0

  name                 = "${local.role_name}-execution"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Starts the Jenkins controller ${var.name}"
  assume_role_policy   = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "execution" {
  count = local.make_execution_role ? 1 : 0

  name   = "start-the-controller"
  role   = aws_iam_role.execution[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = [for s in local.execution_statements : { for key, value in s : key => value if !(key == "Condition" && length(value) == 0) }] })
}

resource "aws_iam_role" "task" {
  count = local.make_task_role ? 1 : 0

  name                 = "${local.role_name}-controller"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "The Jenkins controller ${var.name}"
  assume_role_policy   = local.assumed_by_tasks
}

resource "aws_iam_role_policy" "task" {
  count = local.make_task_role ? 1 : 0

  name   = "home-and-configuration"
  role   = aws_iam_role.task[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = [for s in local.task_statements : { for key, value in s : key => value if !(key == "Condition" && length(value) == 0) }] })
}
