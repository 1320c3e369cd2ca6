# Workers that read a queue: services of their own, whose number follows what waits. Nothing waits: none runs.

locals {
  # Messages at which each step begins, in the order of their number.
  queue_edges = { for name, task in var.background.queued : name => [for text in sort([for messages in keys(task.steps) : format("%012d", messages)]) : tonumber(text)] }
}

resource "aws_ecs_service" "worker" {
  for_each = var.background.queued

  name            = "${local.name}-${each.key}"
  cluster         = var.cluster.arn
  task_definition = aws_ecs_task_definition.task[each.key].arn
  desired_count   = each.value.min # the start; from then on the queue decides

  launch_type             = local.task_launch_type
  wait_for_steady_state   = var.deployment.wait
  enable_execute_command  = var.task.execute_command
  enable_ecs_managed_tags = true
  propagate_tags          = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

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

  timeouts {
    create = "${var.deployment.wait_minutes}m"
    update = "${var.deployment.wait_minutes}m"
  }

  lifecycle {
    ignore_changes = [desired_count]

    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.task[each.key].arn
      error_message = "ECS does not run the revision of ${each.key} that was asked for. If an earlier deployment had COMPLETED, ECS rolled back the workers of ${each.key}: the new container did not start, and the version before serves on. If none had, no earlier version serves: a first apply failed or was stopped, and left the service tainted; the module's README says how to untaint it. Read the service's events and the log group, fix the image or its settings, and apply again."
    }
  }

  depends_on = [
    aws_iam_role_policy.execution,
    aws_iam_role_policy.platform,
    aws_iam_role_policy.queues,
    aws_iam_role_policy.task,
    aws_iam_role_policy_attachment.task,
    aws_vpc_security_group_egress_rule.tasks,
  ]
}

resource "aws_appautoscaling_target" "worker" {
  for_each = var.background.queued

  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.worker[each.key].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = each.value.min
  max_capacity       = each.value.max
}

resource "aws_appautoscaling_policy" "worker_out" {
  for_each = var.background.queued

  name               = "scale-out"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.worker[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.worker[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.worker[each.key].scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    metric_aggregation_type = "Maximum"
    cooldown                = each.value.cooldown

    dynamic "step_adjustment" {
      for_each = local.queue_edges[each.key]

      content {
        metric_interval_lower_bound = step_adjustment.value - local.queue_edges[each.key][0]
        metric_interval_upper_bound = try(local.queue_edges[each.key][step_adjustment.key + 1] - local.queue_edges[each.key][0], null)
        scaling_adjustment          = each.value.steps[step_adjustment.value]
      }
    }
  }
}

# Only when all is done: while one message is in work, no worker is taken away under it.
resource "aws_appautoscaling_policy" "worker_in" {
  for_each = var.background.queued

  name               = "scale-in"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.worker[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.worker[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.worker[each.key].scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ExactCapacity"
    metric_aggregation_type = "Maximum"

    step_adjustment {
      metric_interval_upper_bound = 0
      scaling_adjustment          = each.value.min
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "waiting" {
  for_each = var.background.queued

  alarm_name          = "${local.name}-${each.key}-waiting"
  alarm_description   = "Messages wait for ${each.key} of ${local.whose}: adds workers"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.work[each.key].name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = local.queue_edges[each.key][0]
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # a queue without messages stops counting
  alarm_actions       = [aws_appautoscaling_policy.worker_out[each.key].arn]
}

resource "aws_cloudwatch_metric_alarm" "idle" {
  for_each = var.background.queued

  alarm_name          = "${local.name}-${each.key}-idle"
  alarm_description   = "Nothing waits and nothing is in work for ${each.key} of ${local.whose}: takes workers away"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  evaluation_periods  = each.value.idle_minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.worker_in[each.key].arn]

  metric_query {
    id          = "all"
    label       = "messages waiting or in work"
    expression  = "waiting + working"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { waiting = "ApproximateNumberOfMessagesVisible", working = "ApproximateNumberOfMessagesNotVisible" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/SQS"
        metric_name = metric_query.value
        dimensions  = { QueueName = aws_sqs_queue.work[each.key].name }
        period      = 60
        stat        = "Maximum"
      }
    }
  }
}
