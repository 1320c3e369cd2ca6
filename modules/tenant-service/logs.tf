resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${var.stack}/${var.tenant}"
  retention_in_days = var.log_retention_days
}
