resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:AWS's own key encrypts; logs.kms_key_arn names another
  #checkov:skip=CKV_AWS_338:how long logs are kept is the caller's

  name              = "/jenkins/${var.name}"
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.logs.kms_key_arn
}

# Without a controller no build runs and no pipeline deploys.
resource "aws_cloudwatch_metric_alarm" "down" {
  count = length(var.alarm_topics) == 0 ? 0 : 1

  alarm_name          = "${local.unique}-down"
  alarm_description   = "No Jenkins controller of ${var.name} has answered for ten minutes. Read ${aws_cloudwatch_log_group.this.name} and the service's events."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  statistic           = "Maximum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 10
  treat_missing_data  = "breaching"
  alarm_actions       = values(var.alarm_topics)
  ok_actions          = values(var.alarm_topics)

  dimensions = {
    LoadBalancer = aws_lb.this.arn_suffix
    TargetGroup  = aws_lb_target_group.this.arn_suffix
  }
}
