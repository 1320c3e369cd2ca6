# Tasks of all services of the tenant that have an address of their own (awsvpc) are in one group, so that each may let in the others.

resource "aws_security_group" "services" {
  #checkov:skip=CKV2_AWS_5:the tasks are in it, through the module of each service

  count = var.services_group ? 1 : 0

  name_prefix = "${local.name}-services-"
  description = "Services of ${var.tenant} in ${var.stack}"
  vpc_id      = var.cluster.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}
