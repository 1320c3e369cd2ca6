# The main branches, without AWS: what is made, and what is refused.

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
    web = { image = "registry.example.com:5000/web:90", port = 8080 }
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

run "the_shortest_call" {
  command   = plan
  providers = { aws = aws.known }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].portMappings[0].hostPort == 0
    error_message = "bridge mode takes dynamic host ports"
  }
  assert {
    condition     = aws_ecs_task_definition.this.skip_destroy && one(values(aws_ecs_service.this)).wait_for_steady_state
    error_message = "old revisions stay, and an apply waits"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).deployment_circuit_breaker[0].enable && one(values(aws_ecs_service.this)).deployment_circuit_breaker[0].rollback
    error_message = "a version that does not start is rolled back"
  }
  assert {
    condition     = contains(aws_cloudwatch_metric_alarm.high[0].alarm_actions, one(values(aws_appautoscaling_policy.out)).arn) && one(one(values(aws_appautoscaling_policy.out)).step_scaling_policy_configuration[0].step_adjustment).scaling_adjustment == 1
    error_message = "the high alarm scales out"
  }
  assert {
    condition     = one(one(values(aws_appautoscaling_policy.in)).step_scaling_policy_configuration[0].step_adjustment).scaling_adjustment == -1
    error_message = "the low alarm takes a task away"
  }
  assert {
    condition     = one(one(values(aws_ecs_service.this)).load_balancer).container_port == 8080 && one(one(values(aws_ecs_service.this)).load_balancer).target_group_arn == var.target.target_group_arn
    error_message = "the container's port is the service's business: in the target group a change of it would be a replacement"
  }
  assert {
    condition     = output.services == { acme = { cluster = var.cluster.arn, service = one(values(aws_ecs_service.this)).name, task_definition = aws_ecs_task_definition.this.arn, target_groups = [var.target.target_group_arn], log_group = aws_cloudwatch_log_group.this.name, containers = tolist(keys(var.containers)) } }
    error_message = "the output says what is to be checked after an apply"
  }
  assert {
    condition     = keys(output.scaling_alarms) == ["high", "low"]
    error_message = "who makes a dashboard finds the names that CloudWatch knows"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watch) + length(aws_cloudwatch_metric_alarm.high) + length(aws_cloudwatch_metric_alarm.low) == 5
    error_message = "docs/generate/costs.py and rates.py count 5 alarms"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.high[0].threshold == 70 && aws_cloudwatch_metric_alarm.high[0].alarm_actions == toset([one(values(aws_appautoscaling_policy.out)).arn])
    error_message = "high CPU adds tasks"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.low[0].threshold == 20 && aws_cloudwatch_metric_alarm.low[0].alarm_actions == toset([one(values(aws_appautoscaling_policy.in)).arn])
    error_message = "low CPU takes tasks away"
  }
  assert {
    condition     = length(aws_appautoscaling_policy.track) == 0 && length(aws_appautoscaling_scheduled_action.this) == 0
    error_message = "tracking and the clock are options"
  }
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.watch) == ["no-running-task", "target-5xx", "unhealthy-hosts"]
    error_message = "all are watched"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.watch : length(alarm.alarm_actions) == 0])
    error_message = "and nobody is told"
  }
  assert {
    condition     = length(aws_iam_role_policy.task) + length(aws_iam_role_policy.platform) + length(aws_iam_role_policy_attachment.task) == 0
    error_message = "the application may do nothing in AWS"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution[0].policy).Statement : statement.Action[0]] == ["logs:CreateLogStream"] && jsondecode(aws_iam_role_policy.execution[0].policy).Statement[0].Resource == ["arn:aws:logs:ap-southeast-2:123456789012:log-group:/ecs/appcluster-test/acme:*"]
    error_message = "ECS may write the tenant's logs, and read no secret and no repository"
  }
  assert {
    condition     = alltrue([for role in concat(aws_iam_role.task, aws_iam_role.execution) : jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals == { "aws:SourceAccount" = "123456789012" }])
    error_message = "only tasks of this account take the roles"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).availability_zone_rebalancing == "ENABLED"
    error_message = "tasks that are spread over zones are spread again"
  }
  assert {
    condition     = length(aws_ecs_task_definition.task) + length(aws_scheduler_schedule_group.this) + length(aws_iam_role.schedule) + length(aws_sqs_queue.not_started) + length(aws_iam_role_policy.queues) == 0
    error_message = "a tenant without tasks pays for none"
  }
  assert {
    condition     = join(", ", [for strategy in one(values(aws_ecs_service.this)).ordered_placement_strategy : "${strategy.type} ${coalesce(strategy.field, "-")}"]) == "spread attribute:ecs.availability-zone, spread instanceId"
    error_message = "the default is zone_spread"
  }
  assert {
    condition     = [for constraint in one(values(aws_ecs_service.this)).placement_constraints : constraint.type] == []
    error_message = "one task a machine only where asked for"
  }
}
