data "aws_region" "current" {}

# Tags of the provider block do not reach Auto Scaling groups, their machines and volumes: they are repeated there.
data "aws_default_tags" "current" {}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65:insights.mode is the caller's; a test cluster that is gone at night has none

  name = var.name

  setting {
    name  = "containerInsights"
    value = var.insights.mode
  }

  depends_on = [aws_cloudwatch_log_group.insights]
}

# ECS makes this group itself when it is missing: without an end to its retention, and left over after a destroy.
resource "aws_cloudwatch_log_group" "insights" {
  #checkov:skip=CKV_AWS_158:AWS's own key encrypts; a customer's key is a cost and a permission more for every tenant

  count = var.insights.mode == "disabled" ? 0 : 1

  name              = "/aws/ecs/containerinsights/${var.name}/performance"
  retention_in_days = var.insights.retention_days
}
