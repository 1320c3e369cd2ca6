resource "aws_cloudwatch_log_group" "agents" {
  name              = "/jenkins/${var.name}"
  retention_in_days = var.log_retention_days
}
