# What a person should know of. Without a topic the alarms still show in CloudWatch.

locals {
  service_dimensions = { ClusterName = var.cluster.name, ServiceName = local.service.name }
  target_dimensions  = local.balanced ? { LoadBalancer = var.target.load_balancer_arn_suffix, TargetGroup = var.target.target_group_arn_suffix } : {}
  request_label      = local.balanced ? "${var.target.load_balancer_arn_suffix}/${var.target.target_group_arn_suffix}" : null

  # A service that may sleep is allowed to have no task.
  always_runs = alltrue([for min in concat([var.scaling.min], [for schedule in var.scaling.schedules : schedule.min if schedule.min != null]) : min > 0])

  watched = {
    unhealthy-hosts = {
      wanted     = local.balanced
      settings   = var.alarms.unhealthy_hosts
      says       = "Targets of ${local.whose} do not answer their health check"
      metric     = "AWS/ApplicationELB UnHealthyHostCount Maximum"
      dimensions = local.target_dimensions
    }
    target-5xx = {
      wanted     = local.balanced
      settings   = var.alarms.target_5xx
      says       = "The application of ${local.whose} answers with errors"
      metric     = "AWS/ApplicationELB HTTPCode_Target_5XX_Count Sum"
      dimensions = local.target_dimensions
    }
    # Every running task sends one sample a minute, so their number is the number of tasks, without container insights.
    no-running-task = {
      wanted     = local.always_runs || !local.scales
      settings   = merge(var.alarms.no_running_task, { over = null })
      says       = "No task of ${local.whose} is running"
      metric     = "AWS/ECS CPUUtilization SampleCount"
      dimensions = local.service_dimensions
    }
  }

  dead_letter_watches = merge(
    { for name, queue in local.dead_letter_queues : "${name}-dead-letters" => queue },
    local.scheduled == 0 ? {} : { not-started = local.not_started_queue },
  )
  dead_letters = { for name, queue in local.dead_letter_watches : name => {
    wanted     = true
    settings   = var.alarms.dead_letters
    says       = "Work of ${local.whose} was given up: look into ${queue}"
    metric     = "AWS/SQS ApproximateNumberOfMessagesVisible Maximum"
    dimensions = { QueueName = queue }
  } }

  watches = { for name, watch in merge(local.watched, local.dead_letters) : name => watch if var.alarms.enabled && watch.wanted && watch.settings.enabled }
}

resource "aws_cloudwatch_metric_alarm" "watch" {
  for_each = local.watches

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = split(" ", each.value.metric)[0]
  metric_name         = split(" ", each.value.metric)[1]
  statistic           = split(" ", each.value.metric)[2]
  dimensions          = each.value.dimensions
  comparison_operator = each.value.settings.over == null ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = each.value.settings.over == null ? 1 : each.value.settings.over
  period              = each.value.settings.seconds
  evaluation_periods  = each.value.settings.periods
  treat_missing_data  = each.value.settings.over == null ? "breaching" : "notBreaching" # no task, no sample
  alarm_actions       = values(var.alarms.topics)
  ok_actions          = values(var.alarms.topics)

  lifecycle {
    ignore_changes = [actions_enabled] # of a service that is stopped on purpose they are off
  }
}
