resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:encryption.logs is the caller's; AWS's own key encrypts otherwise
  #checkov:skip=CKV_AWS_338:how long logs are kept is the caller's; a test keeps them for days

  name              = join("/", concat(["/ecs", var.stack, var.tenant], var.service.name[*]))
  retention_in_days = var.log_retention_days
  kms_key_id        = var.encryption.logs
}
