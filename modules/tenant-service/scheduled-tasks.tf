# Tasks started by the clock: one container each, the service's image and settings with another command and no port.

locals {
  # Written out, since the resource's own ARN is unknown in every plan with a new build.
  task_definitions = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition"
}

resource "aws_ecs_task_definition" "scheduled" {
  for_each = var.scheduled_tasks

  family             = "${local.name}-${each.key}"
  network_mode       = var.task.network_mode
  execution_role_arn = aws_iam_role.execution.arn
  task_role_arn      = aws_iam_role.task.arn
  skip_destroy       = true

  container_definitions = jsonencode([merge(
    { for key, value in local.container_definitions[coalesce(each.value.container, local.front)] : key => value if !contains(["dependsOn", "healthCheck"], key) },
    { command = each.value.command, essential = true, portMappings = [] },
  )])

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_event_rule" "scheduled" {
  for_each = var.scheduled_tasks

  name                = "${local.name}-${each.key}"
  description         = "Starts ${each.key} of ${var.tenant} in ${var.stack}"
  schedule_expression = each.value.schedule
  state               = each.value.enabled ? "ENABLED" : "DISABLED"
}

resource "aws_cloudwatch_event_target" "scheduled" {
  for_each = var.scheduled_tasks

  rule     = aws_cloudwatch_event_rule.scheduled[each.key].name
  arn      = var.cluster.arn
  role_arn = aws_iam_role.schedule[0].arn

  ecs_target {
    task_definition_arn = aws_ecs_task_definition.scheduled[each.key].arn
    task_count          = 1
    propagate_tags      = "TASK_DEFINITION"

    capacity_provider_strategy {
      capacity_provider = var.cluster.capacity_provider
      weight            = 1
    }

    dynamic "network_configuration" {
      for_each = local.awsvpc ? [true] : []

      content {
        subnets         = var.cluster.node_subnet_ids
        security_groups = aws_security_group.tasks[*].id
      }
    }
  }
}

resource "aws_iam_role" "schedule" {
  count = length(var.scheduled_tasks) == 0 ? 0 : 1

  name        = "${local.name}-schedule"
  description = "Starts the scheduled tasks of ${var.tenant} in ${var.stack}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "events.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  count = length(var.scheduled_tasks) == 0 ? 0 : 1

  name = "run-tasks"
  role = aws_iam_role.schedule[0].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = [for name in keys(var.scheduled_tasks) : "${local.task_definitions}/${local.name}-${name}:*"]
        Condition = { ArnEquals = { "ecs:cluster" = var.cluster.arn } }
      },
      {
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = ["*"]
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [aws_iam_role.execution.arn, aws_iam_role.task.arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  })
}
