# How many tasks run: steps, tracking, the clock; and the alarms.

mock_provider "aws" {
  source = "./tests/mocks"
}

# What AWS gives is known before an apply too: as after one, without making it.
mock_provider "aws" {
  alias           = "known"
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  stack  = "appcluster-test"
  tenant = "acme"

  cluster = {
    name              = "appcluster-test"
    arn               = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/appcluster-test"
    capacity_provider = "nodes-appcluster-test"
    vpc_id            = "vpc-1"
    node_subnet_ids   = ["subnet-1", "subnet-2"]
  }

  containers = {
    web = { image = "registry.example.com:5000/web:90", port = 8080, environment = { LOG_LEVEL = "info", MODE = "web" } }
  }

  target = {
    mode                     = "own"
    fact                     = "instance-own-public"
    identity                 = "ap-southeast-2/appcluster-test/acme/vpc-1/instance/public"
    target_group_arn         = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/x/1"
    target_group_arn_suffix  = "targetgroup/x/1"
    load_balancer_arn_suffix = "app/x/1"
    security_group_id        = "sg-lb"
    drain_seconds            = 30
  }
  service = { first = { way_in = "instance-own-public", service = "ec2-replica-44136fa3", discovery = null } }
}


run "several_steps_leave_no_gap_without_an_alarm" {
  command = plan
  variables {
    alarms     = { enabled = false }
    background = { queued = { resize = {} } }
    scaling = {
      max  = 20
      high = { cpu = 60, step = 1, steps = { 100 = 8, 75 = 2, 90.5 = 4 } }
      low  = { cpu = 30, step = 1, steps = { 5 = 3, 15 = 2 } }
    }
  }
  assert {
    condition = [for step in sort([for step in one(values(aws_appautoscaling_policy.out)).step_scaling_policy_configuration[0].step_adjustment :
      format("%03d: %s to %s", step.scaling_adjustment, step.metric_interval_lower_bound, coalesce(step.metric_interval_upper_bound, "-"))
    ]) : step] == ["001: 0 to 15", "002: 15 to 30.5", "004: 30.5 to 40", "008: 40 to -"]
    error_message = "each step ends where the next begins, counted from the threshold; the last has no end"
  }
  assert {
    condition = [for step in sort([for step in one(values(aws_appautoscaling_policy.in)).step_scaling_policy_configuration[0].step_adjustment :
      format("%03d: %s to %s", -step.scaling_adjustment, step.metric_interval_upper_bound, coalesce(step.metric_interval_lower_bound, "-"))
    ]) : step] == ["001: 0 to -15", "002: -15 to -25", "003: -25 to -"]
    error_message = "downwards too"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watch) == 0 && length(aws_cloudwatch_metric_alarm.high) == 1
    error_message = "nobody is told, but the service scales"
  }
}

run "a_fixed_number_needs_no_alarm" {
  command = plan
  variables {
    scaling = { min = 2, max = 2 }
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.high) == 0 && length(aws_appautoscaling_policy.out) == 0 && one(values(aws_appautoscaling_target.bounds)).max_capacity == 2
    error_message = "the bounds hold the number, and nothing is paid for"
  }
}

run "the_clock_moves_the_bounds" {
  command = plan
  variables {
    scaling = {
      max = 2, min = 2
      schedules = {
        night   = { schedule = "cron(0 20 ? * MON-FRI *)", timezone = "Australia/Sydney", min = 0, max = 0 }
        morning = { schedule = "cron(30 7 ? * MON-FRI *)", timezone = "Australia/Sydney", min = 2, max = 6 }
        sale    = { schedule = "at(2030-12-24T08:00:00)", max = 20 }
      }
    }
  }
  assert {
    condition     = aws_appautoscaling_scheduled_action.this["night"].timezone == "Australia/Sydney" && tonumber(aws_appautoscaling_scheduled_action.this["night"].scalable_target_action[0].max_capacity) == 0
    error_message = "the night is local, and may be empty"
  }
  assert {
    condition     = aws_appautoscaling_scheduled_action.this["sale"].scalable_target_action[0].min_capacity == null
    error_message = "a bound that is not given stays"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.high) == 1
    error_message = "the clock may open what is fixed, so the alarms are there"
  }
  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.watch), "no-running-task")
    error_message = "who may sleep is not woken for it"
  }
}

run "tracking_instead_of_steps_and_alarms_with_a_topic" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    scaling = { track = { cpu = { target = 60 }, memory = { target = 75, scale_in = false }, requests = { target = 1000, in_cooldown = 600 } } }
    alarms = {
      topics     = { oncall = "arn:aws:sns:ap-southeast-2:123456789012:oncall" }
      target_5xx = { over = 25, seconds = 60, periods = 5 }
    }
    background = {
      scheduled = { report = { schedule = "rate(1 day)" } }
      queued    = { resize = {} }
    }
  }
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.watch) == ["no-running-task", "not-started", "resize-dead-letters", "target-5xx", "unhealthy-hosts"]
    error_message = "work that was given up is watched too; what is not wanted is not"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.watch : alarm.alarm_actions == toset(values(var.alarms.topics)) && alarm.ok_actions == toset(values(var.alarms.topics))])
    error_message = "the topic hears when an alarm begins and ends"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.watch["target-5xx"].threshold == 25 && aws_cloudwatch_metric_alarm.watch["target-5xx"].dimensions == tomap({ LoadBalancer = "app/x/1", TargetGroup = "targetgroup/x/1" })
    error_message = "errors are the tenant's own"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.watch["no-running-task"].statistic == "SampleCount" && aws_cloudwatch_metric_alarm.watch["no-running-task"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.watch["no-running-task"].treat_missing_data == "breaching"
    error_message = "no task sends no sample: silence is the alarm"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.watch["resize-dead-letters"].dimensions.QueueName == aws_sqs_queue.dead["resize"].name && aws_cloudwatch_metric_alarm.watch["not-started"].dimensions.QueueName == aws_sqs_queue.not_started[0].name
    error_message = "the alarms look at the queues by their names"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.high) == 0 && length(aws_appautoscaling_policy.out) == 0 && length(aws_appautoscaling_policy.track) == 3
    error_message = "steps and tracking would pull in two directions"
  }
  assert {
    condition     = aws_appautoscaling_policy.track["requests"].target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].resource_label == "app/x/1/targetgroup/x/1"
    error_message = "requests are counted at the target group"
  }
  assert {
    condition     = aws_appautoscaling_policy.track["memory"].target_tracking_scaling_policy_configuration[0].disable_scale_in && aws_appautoscaling_policy.track["memory"].target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].resource_label == null
    error_message = "memory may be tracked upwards only"
  }
}
