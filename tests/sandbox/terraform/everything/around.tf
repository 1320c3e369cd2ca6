resource "aws_cloudwatch_log_group" "this" {
  name              = "/everything"
  retention_in_days = 14
}

resource "aws_secretsmanager_secret" "login" {
  name                    = "everything/login"
  description             = "Registry login"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "login" {
  secret_id                = aws_secretsmanager_secret.login.id
  secret_string_wo         = jsonencode({ username = "someone", password = "something" })
  secret_string_wo_version = 1
}

data "aws_secretsmanager_secret" "seeded" {
  name = "registry-login"
}

resource "aws_ssm_parameter" "image" {
  name  = "/everything/image"
  type  = "String"
  value = var.image
}

resource "aws_kms_key" "this" {
  description             = "everything"
  deletion_window_in_days = 7
  enable_key_rotation     = true
}

resource "aws_kms_alias" "this" {
  name          = "alias/everything"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_sns_topic" "alerts" {
  name = "everything-alerts"
}

resource "aws_sns_topic_subscription" "queue" {
  topic_arn            = aws_sns_topic.alerts.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.work.arn
  raw_message_delivery = true
}

resource "aws_sqs_queue" "dead" {
  name = "everything-dead"
}

resource "aws_sqs_queue" "work" {
  name                       = "everything-work"
  visibility_timeout_seconds = 60
  receive_wait_time_seconds  = 20
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}

resource "aws_ecr_repository" "web" {
  name                 = "everything/web"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = true

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "web" {
  repository = aws_ecr_repository.web.name
  policy = jsonencode({
    rules = [{ rulePriority = 1, action = { type = "expire" }, selection = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 20 } }]
  })
}

resource "aws_efs_file_system" "shared" {
  creation_token   = "everything"
  encrypted        = true
  performance_mode = "generalPurpose"
  throughput_mode  = "bursting"

  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }
}

resource "aws_efs_mount_target" "shared" {
  for_each = aws_subnet.own

  file_system_id  = aws_efs_file_system.shared.id
  subnet_id       = each.value.id
  security_groups = [aws_vpc.own.default_security_group_id]
}

resource "aws_efs_access_point" "shared" {
  file_system_id = aws_efs_file_system.shared.id

  posix_user {
    uid = 1000
    gid = 1000
  }

  root_directory {
    path = "/data"

    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "750"
    }
  }
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "everything-nightly"
  description         = "A scheduled task"
  schedule_expression = "cron(0 20 * * ? *)"
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule      = aws_cloudwatch_event_rule.nightly.name
  target_id = "task"
  arn       = aws_ecs_cluster.this.arn
  role_arn  = aws_iam_role.events.arn
  input     = jsonencode({ containerOverrides = [{ name = "web", command = ["true"] }] })

  ecs_target {
    task_definition_arn = aws_ecs_task_definition.bridge.arn
    task_count          = 1
    launch_type         = "EC2"
    propagate_tags      = "TASK_DEFINITION"
  }

  retry_policy {
    maximum_retry_attempts       = 3
    maximum_event_age_in_seconds = 3600
  }
}

resource "aws_cloudwatch_event_target" "fargate" {
  rule      = aws_cloudwatch_event_rule.nightly.name
  target_id = "fargate"
  arn       = aws_ecs_cluster.this.arn
  role_arn  = aws_iam_role.events.arn

  ecs_target {
    task_definition_arn = aws_ecs_task_definition.fargate.arn
    launch_type         = "FARGATE"
    platform_version    = "LATEST"

    network_configuration {
      subnets = data.aws_subnets.default.ids
    }
  }
}

resource "aws_scheduler_schedule" "hourly" {
  name                         = "everything-hourly"
  schedule_expression          = "rate(1 hour)"
  schedule_expression_timezone = "Australia/Sydney"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_ecs_cluster.this.arn
    role_arn = aws_iam_role.scheduler.arn

    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.fargate.arn
      launch_type         = "FARGATE"

      network_configuration {
        subnets = data.aws_subnets.default.ids
      }
    }
  }
}

resource "aws_dynamodb_table" "tenants" {
  name         = "everything-tenants"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "tenant"

  attribute {
    name = "tenant"
    type = "S"
  }
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = 30
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

output "url" {
  value = "https://${aws_route53_record.alias["A"].fqdn}/"
}

output "account" {
  value = data.aws_caller_identity.current.account_id
}
