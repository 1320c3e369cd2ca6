# A full cluster is what managed scaling works for: reservation is an alarm only when the group cannot grow any more.

locals {
  topics = values(var.alarms.topics)

  reservations = var.alarms.enabled ? { cpu = var.alarms.cpu_reservation, memory = var.alarms.memory_reservation } : {}
  spot_alarms  = var.alarms.enabled && local.spot ? 1 : 0

  refresh_alarms = var.alarms.enabled && var.capacity.refresh.enabled ? 1 : 0
}

resource "aws_cloudwatch_metric_alarm" "reservation" {
  for_each = local.reservations

  alarm_name          = "${var.name}-${each.key}-reservation"
  alarm_description   = "${var.name} has all ${var.capacity.max} machines and little ${each.key} left: raise capacity.max, or take larger machines."
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value
  evaluation_periods  = var.alarms.minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.topics
  ok_actions          = local.topics

  metric_query {
    id          = "full"
    expression  = "IF(machines >= ${var.capacity.max}, reserved, 0)"
    label       = "${each.key} reserved on the last machine, in per cent"
    return_data = true
  }

  metric_query {
    id = "reserved"

    metric {
      namespace   = "AWS/ECS"
      metric_name = each.key == "cpu" ? "CPUReservation" : "MemoryReservation"
      period      = 60
      stat        = "Average"
      dimensions  = { ClusterName = aws_ecs_cluster.this.name }
    }
  }

  metric_query {
    id = "machines"

    metric {
      namespace   = "AWS/AutoScaling"
      metric_name = "GroupInServiceInstances"
      period      = 60
      stat        = "Average"
      dimensions  = { AutoScalingGroupName = aws_autoscaling_group.nodes.name }
    }
  }
}

# More machines wanted than there are, for long: the bid is too low, the types are sold out, or nodes do not join.
resource "aws_cloudwatch_metric_alarm" "waiting" {
  count = var.alarms.enabled ? 1 : 0

  alarm_name          = "${var.name}-tasks-wait"
  alarm_description   = "Tasks in ${var.name} find no machine: look at the activity of the Auto Scaling group ${aws_autoscaling_group.nodes.name}."
  namespace           = "AWS/ECS/ManagedScaling"
  metric_name         = "CapacityProviderReservation"
  dimensions          = { ClusterName = aws_ecs_cluster.this.name, CapacityProviderName = aws_ecs_capacity_provider.nodes.name }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 100
  period              = 60
  evaluation_periods  = var.alarms.minutes
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.topics
  ok_actions          = local.topics
}

# No apply waits for a refresh, and AWS leaves the group half replaced when it fails.
resource "aws_cloudwatch_event_rule" "refresh_failed" {
  count = local.refresh_alarms

  name        = "${var.name}-refresh-failed"
  description = "New machines did not get ready"
  event_pattern = jsonencode({
    source        = ["aws.autoscaling"]
    "detail-type" = ["EC2 Auto Scaling Instance Refresh Failed"]
    detail        = { AutoScalingGroupName = [aws_autoscaling_group.nodes.name] }
  })
}

resource "aws_cloudwatch_event_target" "refresh_failed" {
  for_each = local.refresh_alarms == 1 ? var.alarms.topics : {}

  rule      = aws_cloudwatch_event_rule.refresh_failed[0].name
  target_id = each.key
  arn       = each.value

  input_transformer {
    input_paths    = { group = "$.detail.AutoScalingGroupName", refresh = "$.detail.InstanceRefreshId", region = "$.region", time = "$.time" }
    input_template = "\"<time>: the instance refresh <refresh> of <group> in <region> failed. Look at its activity; then set machine_image.id of ${var.name} to the image before, and apply.\""
  }
}

resource "aws_cloudwatch_metric_alarm" "refresh_failed" {
  count = local.refresh_alarms

  alarm_name          = "${var.name}-refresh-failed"
  alarm_description   = "New machines of ${var.name} did not get ready, and the others are old: aws autoscaling describe-instance-refreshes --auto-scaling-group-name ${aws_autoscaling_group.nodes.name}"
  namespace           = "AWS/Events"
  metric_name         = "MatchedEvents"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.refresh_failed[0].name }
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.topics
}

# The warning names a machine and no group, so this hears of every spot machine of the account in the region.
resource "aws_cloudwatch_event_rule" "spot_interruptions" {
  count = local.spot_alarms

  name          = "${var.name}-spot-interruptions"
  description   = "A spot machine goes in two minutes"
  event_pattern = jsonencode({ source = ["aws.ec2"], "detail-type" = ["EC2 Spot Instance Interruption Warning"] })
}

resource "aws_cloudwatch_event_target" "spot_interruptions" {
  for_each = local.spot_alarms == 1 ? var.alarms.topics : {}

  rule      = aws_cloudwatch_event_rule.spot_interruptions[0].name
  target_id = each.key
  arn       = each.value

  input_transformer {
    input_paths    = { machine = "$.detail.instance-id", region = "$.region", time = "$.time" }
    input_template = "\"<time>: the spot machine <machine> in <region> goes in two minutes. A node of ${var.name} drains by itself.\""
  }
}

resource "aws_cloudwatch_metric_alarm" "spot_interruptions" {
  count = local.spot_alarms

  alarm_name          = "${var.name}-spot-interruptions"
  alarm_description   = "Many spot machines go at once: give capacity more instance types, or more on_demand_base."
  namespace           = "AWS/Events"
  metric_name         = "MatchedEvents"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.spot_interruptions[0].name }
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.spot_interruptions
  period              = 60 * var.alarms.minutes
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = local.topics
}
