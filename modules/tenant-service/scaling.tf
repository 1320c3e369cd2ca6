# How many tasks run. Two alarms on the tasks' CPU, each tied to one policy: high adds tasks, low takes them away. Or target
# tracking, which makes its own alarms. The clock moves the bounds.

locals {
  scales = !local.daemon # the machines count a daemon's tasks
  varies = var.scaling.max > var.scaling.min || length(var.scaling.schedules) > 0
  steps  = local.scales && local.varies && length(var.scaling.track) == 0

  # Which bounds the clock moves.
  clocked = { for bound in ["min", "max"] : bound => anytrue([for schedule in values(var.scaling.schedules) : schedule[bound] != null]) }

  # Addresses of what belongs to one service, and has a name of its own there.
  of_service = local.service_key == "first" ? "" : "${local.service_key} "

  # Where each step begins, from the alarm's threshold outwards. A decimal of fixed width sorts like a number.
  high_steps = merge({ (format("%012.4f", var.scaling.high.cpu)) = var.scaling.high.step }, {
    for cpu, step in var.scaling.high.steps : format("%012.4f", tonumber(cpu)) => step
  })
  low_steps = merge({ (format("%012.4f", var.scaling.low.cpu)) = var.scaling.low.step }, {
    for cpu, step in var.scaling.low.steps : format("%012.4f", tonumber(cpu)) => step
  })
  high_edges = sort(keys(local.high_steps))
  low_edges  = reverse(sort(keys(local.low_steps)))

  tracked = {
    cpu      = { metric = "ECSServiceAverageCPUUtilization", label = null }
    memory   = { metric = "ECSServiceAverageMemoryUtilization", label = null }
    requests = { metric = "ALBRequestCountPerTarget", label = local.request_label }
  }
}

# The clock moves bounds in AWS, and no apply may put those back. So this one ignores both, and `bounds`, which says them,
# repeats what stands there where a schedule moves it. Both are the one target that AWS has for a service: a change of a bound
# must be one in place, since to destroy either is to lose the target and, with it, its policies.
resource "aws_appautoscaling_target" "this" {
  for_each = local.scales ? toset([local.service_key]) : toset([])

  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster.name}/${aws_ecs_service.this[each.key].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.scaling.min
  max_capacity       = var.scaling.max

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [min_capacity, max_capacity]
  }
}

resource "aws_appautoscaling_target" "bounds" {
  for_each = aws_appautoscaling_target.this

  service_namespace  = each.value.service_namespace
  resource_id        = each.value.resource_id
  scalable_dimension = each.value.scalable_dimension
  min_capacity       = local.clocked.min ? each.value.min_capacity : var.scaling.min
  max_capacity       = local.clocked.max ? each.value.max_capacity : var.scaling.max

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_appautoscaling_policy" "out" {
  for_each = local.steps ? toset([local.service_key]) : toset([])

  name               = "scale-out"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.bounds[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.bounds[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.bounds[each.key].scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    metric_aggregation_type = "Average"
    cooldown                = var.scaling.high.cooldown

    dynamic "step_adjustment" {
      for_each = local.high_edges

      content {
        metric_interval_lower_bound = tonumber(step_adjustment.value) - var.scaling.high.cpu
        metric_interval_upper_bound = try(tonumber(local.high_edges[step_adjustment.key + 1]) - var.scaling.high.cpu, null)
        scaling_adjustment          = local.high_steps[step_adjustment.value]
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_appautoscaling_policy" "in" {
  for_each = local.steps ? toset([local.service_key]) : toset([])

  name               = "scale-in"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.bounds[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.bounds[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.bounds[each.key].scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    metric_aggregation_type = "Average"
    cooldown                = var.scaling.low.cooldown

    dynamic "step_adjustment" {
      for_each = local.low_edges

      content {
        metric_interval_upper_bound = tonumber(step_adjustment.value) - var.scaling.low.cpu
        metric_interval_lower_bound = try(tonumber(local.low_edges[step_adjustment.key + 1]) - var.scaling.low.cpu, null)
        scaling_adjustment          = -local.low_steps[step_adjustment.value]
      }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_metric_alarm" "high" {
  count = local.steps ? 1 : 0

  alarm_name          = "${local.name}-cpu-high"
  alarm_description   = "CPU of ${local.whose} is high: adds tasks"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  dimensions          = local.service_dimensions
  statistic           = "Average"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.scaling.high.cpu
  period              = var.scaling.high.seconds
  evaluation_periods  = var.scaling.high.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.out[local.service_key].arn]
}

resource "aws_cloudwatch_metric_alarm" "low" {
  count = local.steps ? 1 : 0

  alarm_name          = "${local.name}-cpu-low"
  alarm_description   = "CPU of ${local.whose} is low: takes tasks away"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  dimensions          = local.service_dimensions
  statistic           = "Average"
  comparison_operator = "LessThanOrEqualToThreshold"
  threshold           = var.scaling.low.cpu
  period              = var.scaling.low.seconds
  evaluation_periods  = var.scaling.low.periods
  treat_missing_data  = "notBreaching" # silence is no reason to take a task away
  alarm_actions       = [aws_appautoscaling_policy.in[local.service_key].arn]
}

resource "aws_appautoscaling_policy" "track" {
  for_each = local.scales ? { for metric, track in var.scaling.track : "${local.of_service}${metric}" => merge(track, { metric = metric }) } : {}

  name               = "track-${each.value.metric}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.bounds[local.service_key].service_namespace
  resource_id        = aws_appautoscaling_target.bounds[local.service_key].resource_id
  scalable_dimension = aws_appautoscaling_target.bounds[local.service_key].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.target
    scale_out_cooldown = each.value.out_cooldown
    scale_in_cooldown  = each.value.in_cooldown
    disable_scale_in   = !each.value.scale_in

    predefined_metric_specification {
      predefined_metric_type = local.tracked[each.value.metric].metric
      resource_label         = local.tracked[each.value.metric].label
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_appautoscaling_scheduled_action" "this" {
  for_each = local.scales ? { for name, schedule in var.scaling.schedules : "${local.of_service}${name}" => merge(schedule, { name = name }) } : {}

  name               = each.value.name
  service_namespace  = aws_appautoscaling_target.bounds[local.service_key].service_namespace
  resource_id        = aws_appautoscaling_target.bounds[local.service_key].resource_id
  scalable_dimension = aws_appautoscaling_target.bounds[local.service_key].scalable_dimension
  schedule           = each.value.schedule
  timezone           = each.value.timezone

  scalable_target_action {
    min_capacity = each.value.min
    max_capacity = each.value.max
  }

  lifecycle {
    create_before_destroy = true
  }
}
