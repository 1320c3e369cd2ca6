# The main branches, without AWS: what is made, and what is refused.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  stack  = "appcluster-test"
  tenant = "acme"

  cluster = {
    name                            = "appcluster-test"
    arn                             = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/appcluster-test"
    capacity_provider               = "nodes-appcluster-test"
    vpc_id                          = "vpc-1"
    node_subnet_ids                 = ["subnet-1", "subnet-2"]
    load_balancer_subnet_ids        = ["subnet-3", "subnet-4"]
    load_balancer_security_group_id = "sg-1"
  }

  containers = {
    web = { image = "registry.example.com:5000/web:90", port = 8080 }
  }

  dns = { zone = "example.com", hostname = "acme.test.example.com" }
}

run "the_shortest_call" {
  assert {
    condition     = output.url == "http://acme.test.example.com"
    error_message = "without a certificate the URL is HTTP"
  }
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
    condition     = join(" ", keys(aws_route53_record.this)) == "A" && length(aws_lb_listener.https) == 0 && join(" ", keys(aws_vpc_security_group_ingress_rule.load_balancer)) == "everyone-http"
    error_message = "HTTP and IPv4 only"
  }
}
