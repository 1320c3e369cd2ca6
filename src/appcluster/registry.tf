# The nodes' login is the cluster's business. A task on Fargate has no node, and wants the login in a form of its own.

data "aws_secretsmanager_secret" "task_registry" {
  count = var.task_registry_secret == null ? 0 : 1

  name = var.task_registry_secret
}

# Named in any way, by its id or an alias; a policy wants its ARN.
data "aws_kms_key" "task_registry" {
  for_each = toset([for key in compact(data.aws_secretsmanager_secret.task_registry[*].kms_key_id) : key if !endswith(key, "alias/aws/secretsmanager")])

  key_id = each.value
}
