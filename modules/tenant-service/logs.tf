resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:AWS's own key encrypts; a customer's key is a cost and a permission more for every tenant
  #checkov:skip=CKV_AWS_338:how long logs are kept is the caller's; a test keeps them for days

  name              = "/ecs/${var.stack}/${var.tenant}"
  retention_in_days = var.log_retention_days
}
