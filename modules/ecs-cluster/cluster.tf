data "aws_region" "current" {}
data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

# Tags of the provider block do not reach Auto Scaling groups, their machines and volumes: they are repeated there.
data "aws_default_tags" "current" {}

locals {
  region = data.aws_region.current.name # provider 6 says "region" and warns of this one, which provider 5 has alone
}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65:insights.mode is the caller's; a test cluster that is gone at night has none
  #checkov:skip=CKV_AWS_224:execute_command is the caller's: logged unless said otherwise, with the key that is given

  name = var.name

  setting {
    name  = "containerInsights"
    value = var.insights.mode
  }

  configuration {
    execute_command_configuration {
      logging    = var.execute_command.logged ? "OVERRIDE" : "NONE"
      kms_key_id = var.execute_command.kms_key_arn

      dynamic "log_configuration" {
        for_each = aws_cloudwatch_log_group.execute_command

        content {
          cloud_watch_log_group_name     = log_configuration.value.name
          cloud_watch_encryption_enabled = var.execute_command.kms_key_arn != null
        }
      }
    }
  }

  depends_on = [aws_cloudwatch_log_group.insights]
}

# ECS makes this group itself when it is missing: without an end to its retention, and left over after a destroy.
resource "aws_cloudwatch_log_group" "insights" {
  #checkov:skip=CKV_AWS_158:insights.kms_key_arn is the caller's; AWS's own key encrypts otherwise

  count = var.insights.mode == "disabled" ? 0 : 1

  name              = "/aws/ecs/containerinsights/${var.name}/performance"
  retention_in_days = var.insights.retention_days
  kms_key_id        = var.insights.kms_key_arn
}

resource "aws_cloudwatch_log_group" "execute_command" {
  count = var.execute_command.logged ? 1 : 0

  name              = "/ecs/${var.name}/execute_command" # no tenant has an underscore in its name: its logs are in /ecs/<stack>/<tenant>
  retention_in_days = var.execute_command.retention_days
  kms_key_id        = var.execute_command.kms_key_arn
}
