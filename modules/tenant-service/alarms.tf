locals {
  alarm_dimensions = { ClusterName = var.cluster.name, ServiceName = aws_ecs_service.this.name }
}

resource "aws_cloudwatch_metric_alarm" "high" {
  alarm_name          = "${local.name}-cpu-high"
  alarm_description   = "CPU of ${var.tenant} in ${var.stack} is high: adds tasks"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  dimensions          = local.alarm_dimensions
  statistic           = "Average"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.scaling.high.cpu
  period              = var.scaling.high.seconds
  evaluation_periods  = var.scaling.high.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_appautoscaling_policy.out.arn]
}

resource "aws_cloudwatch_metric_alarm" "low" {
  alarm_name          = "${local.name}-cpu-low"
  alarm_description   = "CPU of ${var.tenant} in ${var.stack} is low: takes tasks away"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  dimensions          = local.alarm_dimensions
  statistic           = "Average"
  comparison_operator = "LessThanOrEqualToThreshold"
  threshold           = var.scaling.low.cpu
  period              = var.scaling.low.seconds
  evaluation_periods  = var.scaling.low.periods
  treat_missing_data  = "notBreaching" # silence is no reason to take a task away
  alarm_actions       = [aws_appautoscaling_policy.in.arn]
}
