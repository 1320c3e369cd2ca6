# The main branches, without AWS: what is made, and what is refused.

mock_provider "aws" {
  source = "./tests/mocks"
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
}
