resource "aws_appautoscaling_target" "bridge" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.bridge.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 1
  max_capacity       = local.second ? 12 : 8

  suspended_state {
    dynamic_scaling_in_suspended = !local.second
  }
}

resource "aws_appautoscaling_policy" "step" {
  for_each = { high = 1, low = -1 }

  name               = "cpu-${each.key}"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.bridge.service_namespace
  resource_id        = aws_appautoscaling_target.bridge.resource_id
  scalable_dimension = aws_appautoscaling_target.bridge.scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type          = "ChangeInCapacity"
    cooldown                 = local.second ? 90 : 60
    metric_aggregation_type  = "Average"
    min_adjustment_magnitude = 0

    step_adjustment {
      scaling_adjustment          = each.value
      metric_interval_lower_bound = each.key == "high" ? 0 : null
      metric_interval_upper_bound = each.key == "low" ? 0 : null
    }
  }
}

resource "aws_appautoscaling_policy" "tracking" {
  for_each = { cpu = "ECSServiceAverageCPUUtilization", memory = "ECSServiceAverageMemoryUtilization" }

  name               = "track-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.bridge.service_namespace
  resource_id        = aws_appautoscaling_target.bridge.resource_id
  scalable_dimension = aws_appautoscaling_target.bridge.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = local.second ? 70 : 60
    scale_in_cooldown  = 120
    scale_out_cooldown = 30

    predefined_metric_specification {
      predefined_metric_type = each.value
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "morning" {
  name               = "morning"
  service_namespace  = aws_appautoscaling_target.bridge.service_namespace
  resource_id        = aws_appautoscaling_target.bridge.resource_id
  scalable_dimension = aws_appautoscaling_target.bridge.scalable_dimension
  schedule           = "cron(0 8 * * ? *)"
  timezone           = "Australia/Sydney"

  scalable_target_action {
    min_capacity = 2
    max_capacity = local.second ? 20 : 10
  }
}

resource "aws_cloudwatch_metric_alarm" "cpu" {
  for_each = {
    high = { operator = "GreaterThanOrEqualToThreshold", threshold = 75 }
    low  = { operator = "LessThanOrEqualToThreshold", threshold = 25 }
  }

  alarm_name          = "everything-cpu-${each.key}"
  alarm_description   = "CPU ${each.key}"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  period              = 60
  treat_missing_data  = "notBreaching"
  dimensions          = { ClusterName = "everything", ServiceName = "bridge" }
  ok_actions          = [aws_sns_topic.alerts.arn]
}

# A service whose alarms drive its step policies: the service must exist before the policies, the policies before the alarms.
resource "aws_cloudwatch_metric_alarm" "steps" {
  for_each = aws_appautoscaling_policy.step

  alarm_name          = "everything-step-${each.key}"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = each.key == "high" ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = local.second ? 55 : 50
  evaluation_periods  = 1
  period              = 60
  alarm_actions       = [each.value.arn]
}

resource "aws_cloudwatch_composite_alarm" "both" {
  alarm_name        = "everything-both"
  alarm_description = local.second ? "Busy or idle" : "Neither idle nor busy"
  alarm_rule        = "ALARM(${aws_cloudwatch_metric_alarm.cpu["high"].alarm_name}) OR ALARM(${aws_cloudwatch_metric_alarm.cpu["low"].alarm_name})"
  alarm_actions     = [aws_sns_topic.alerts.arn]
}

resource "aws_cloudwatch_metric_alarm" "expression" {
  alarm_name          = "everything-errors"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 5

  metric_query {
    id          = "rate"
    expression  = "100 * errors / requests"
    label       = "errors in percent"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { errors = "HTTPCode_Target_5XX_Count", requests = "RequestCount" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        period      = 60
        stat        = "Sum"
        dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
      }
    }
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "everything"
  dashboard_body = jsonencode({ widgets = [] })
}
