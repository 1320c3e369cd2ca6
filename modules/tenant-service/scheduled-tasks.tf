# Started by the clock: EventBridge Scheduler, which knows time zones, tries again, keeps what it could not start, and holds
# millions of schedules where an event bus holds 300 rules.

locals {
  scheduled         = length(var.background.scheduled) == 0 ? 0 : 1
  not_started_queue = "${local.name}_not-started" # no task has an underscore in its name

  made_schedule_roles = var.roles.schedule == null ? local.scheduled : 0

  assumed_by_schedules = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = {
        "aws:SourceAccount" = local.account_id
        "aws:SourceArn"     = "arn:${local.partition}:scheduler:${local.region}:${local.account_id}:schedule-group/${local.name}"
      } }
    }]
  })

  schedule_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = [for name in keys(var.background.scheduled) : "${local.task_definitions}/${local.name}-${name}:*"]
        Condition = { ArnEquals = { "ecs:cluster" = var.cluster.arn } }
      },
      {
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = ["arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/${var.cluster.name}/*"]
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [local.execution_role_arn, local.task_role_arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [for queue in aws_sqs_queue.not_started : "arn:${local.partition}:sqs:${local.region}:${local.account_id}:${queue.name}"]
      },
    ], local.use_of_the_queues_key)
  })
}

# Schedules carry no tags, their group does. It also tells one tenant's schedules from another's in the role below.
resource "aws_scheduler_schedule_group" "this" {
  count = local.scheduled

  name = local.name
}

resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297:AWS's own key encrypts; a schedule holds a time and ARNs, and no secret

  for_each = var.background.scheduled

  name                         = each.key
  group_name                   = aws_scheduler_schedule_group.this[0].name
  description                  = "Starts ${each.key} of ${local.whose}"
  schedule_expression          = each.value.schedule
  schedule_expression_timezone = each.value.timezone
  state                        = each.value.enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode                      = each.value.window_minutes == 0 ? "OFF" : "FLEXIBLE"
    maximum_window_in_minutes = each.value.window_minutes == 0 ? null : each.value.window_minutes
  }

  target {
    arn      = var.cluster.arn
    role_arn = one(concat(aws_iam_role.schedule[*].arn, var.roles.schedule[*].arn))

    ecs_parameters {
      task_definition_arn     = aws_ecs_task_definition.task[each.key].arn
      task_count              = each.value.count
      propagate_tags          = "TASK_DEFINITION"
      enable_ecs_managed_tags = true
      enable_execute_command  = var.task.execute_command
      launch_type             = local.task_launch_type

      dynamic "capacity_provider_strategy" {
        for_each = local.task_capacity

        content {
          capacity_provider = capacity_provider_strategy.key
          base              = capacity_provider_strategy.value.base
          weight            = capacity_provider_strategy.value.weight
        }
      }

      dynamic "network_configuration" {
        for_each = local.awsvpc ? [true] : []

        content {
          subnets          = var.cluster.node_subnet_ids
          security_groups  = local.task_security_groups
          assign_public_ip = var.task.public_address
        }
      }

      dynamic "placement_constraints" {
        for_each = var.deployment.constraints

        content {
          type       = "memberOf"
          expression = placement_constraints.value
        }
      }
    }

    retry_policy {
      maximum_retry_attempts       = each.value.retries
      maximum_event_age_in_seconds = each.value.retry_seconds
    }

    dead_letter_config {
      arn = aws_sqs_queue.not_started[0].arn
    }
  }

  depends_on = [aws_iam_role_policy.schedule, aws_iam_role_policy.execution]
}

# What could not be started, for a fortnight.
resource "aws_sqs_queue" "not_started" {
  count = local.scheduled

  name                      = local.not_started_queue
  message_retention_seconds = 14 * 24 * 3600
  sqs_managed_sse_enabled   = var.encryption.queues == null ? true : null
  kms_master_key_id         = var.encryption.queues
}

resource "aws_iam_role" "schedule" {
  count = local.made_schedule_roles

  name                 = "${local.role_name}-schedule"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Starts the scheduled tasks of ${local.whose}"
  assume_role_policy   = local.assumed_by_schedules
}

resource "aws_iam_role_policy" "schedule" {
  count = local.made_schedule_roles

  name   = "run-tasks"
  role   = aws_iam_role.schedule[0].name
  policy = local.schedule_policy
}
