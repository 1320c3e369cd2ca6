# The nodes' login is the cluster's business. A task on Fargate has no node, and wants the login in a form of its own.

data "aws_secretsmanager_secret" "task_registry" {
  count = var.task_registry_secret == null ? 0 : 1

  name = var.task_registry_secret
}
