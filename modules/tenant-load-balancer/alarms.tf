# What a person should know of the load balancer. On a shared one its own errors are those of all tenants, so only an own one has it.
resource "aws_cloudwatch_metric_alarm" "watch" {
  for_each = local.own && var.alarms.enabled && var.alarms.load_balancer_5xx.enabled ? { load-balancer-5xx = var.alarms.load_balancer_5xx } : {}

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = "The load balancer of ${var.tenant} in ${var.stack} finds nobody who answers"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HTTPCode_ELB_5XX_Count"
  statistic           = "Sum"
  dimensions          = { LoadBalancer = local.load_balancer.arn_suffix }
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.over
  period              = each.value.seconds
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = values(var.alarms.topics)
  ok_actions          = values(var.alarms.topics)
}
