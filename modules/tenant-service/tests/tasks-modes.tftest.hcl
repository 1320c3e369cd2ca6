# Scaling and tasks where the service is another: a daemon, on Fargate, without a load balancer, on a shared one.

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

  containers = { web = { image = "web:90", port = 8080, memory = 256 } }
  background = {
    one_off   = { migrate = { command = ["migrate"] } }
    queued    = { resize = {} }
    scheduled = { report = { schedule = "rate(1 day)" } }
  }
}

run "a_daemon_is_not_scaled" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    deployment = { strategy = "daemon" }
    task       = { network_mode = "host" }
  }
  assert {
    condition     = length(aws_appautoscaling_target.this) + length(aws_cloudwatch_metric_alarm.high) + length(aws_appautoscaling_target.bounds) == 0
    error_message = "the machines count its tasks"
  }
  assert {
    condition     = contains(keys(aws_cloudwatch_metric_alarm.watch), "no-running-task")
    error_message = "but one must run"
  }
  assert {
    condition     = output.run_task["migrate"].capacityProviderStrategy[0].capacityProvider == "nodes-appcluster-test" && one(aws_ecs_service.worker["resize"].capacity_provider_strategy).capacity_provider == "nodes-appcluster-test"
    error_message = "its tasks still need a machine"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).availability_zone_rebalancing == "DISABLED" && one(values(aws_ecs_service.this)).scheduling_strategy == "DAEMON" && one(values(aws_ecs_service.this)).launch_type == "EC2" && length(one(values(aws_ecs_service.this)).capacity_provider_strategy) == 0 && length(one(values(aws_ecs_service.this)).ordered_placement_strategy) == 0
    error_message = "a daemon is on every machine: nothing is placed"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).deployment_minimum_healthy_percent == 0 && one(values(aws_ecs_service.this)).deployment_maximum_percent == 100
    error_message = "a daemon's task goes before the next one comes"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].portMappings[0].hostPort == 8080
    error_message = "in host mode the port is the machine's"
  }
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.watch) == ["no-running-task", "not-started", "resize-dead-letters"]
    error_message = "only what is there is watched"
  }
}

run "a_shared_load_balancer_has_errors_of_others" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    target = {
      mode                     = "shared"
      fact                     = "instance-shared1"
      identity                 = "ap-southeast-2/appcluster-test/acme/vpc-1/instance/app/shared-1/1"
      target_group_arn         = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/x/1"
      target_group_arn_suffix  = "targetgroup/x/1"
      load_balancer_arn_suffix = "app/shared-1/1"
      security_group_id        = "sg-shared"
      drain_seconds            = 30
    }
    scaling = { track = { requests = { target = 1000 } } }
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.watch["target-5xx"].dimensions.LoadBalancer == "app/shared-1/1"
    error_message = "only the tenant's own targets are watched"
  }
  assert {
    condition     = one(values(aws_appautoscaling_policy.track)).target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].resource_label == "app/shared-1/1/targetgroup/x/1"
    error_message = "and their requests counted"
  }
}

run "on_fargate_a_task_has_the_size" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    task = { launch_type = "FARGATE", network_mode = "awsvpc", cpu = 256, memory = 512, architecture = "ARM64" }
    background = merge(var.background, {
      one_off = { migrate = { cpu = 1024, memory = 4096 } }
    })
  }
  assert {
    condition     = tonumber(aws_ecs_task_definition.task["migrate"].cpu) == 1024 && tonumber(aws_ecs_task_definition.task["report"].memory) == 512 && aws_ecs_task_definition.task["report"].runtime_platform[0].cpu_architecture == "ARM64"
    error_message = "its own, or the service's"
  }
  assert {
    condition     = !anytrue([for key in ["cpu", "memory", "memoryReservation"] : contains(keys(jsondecode(aws_ecs_task_definition.task["migrate"].container_definitions)[0]), key)])
    error_message = "the container has all of it"
  }
  assert {
    condition     = output.run_task["migrate"].launchType == "FARGATE" && aws_ecs_service.worker["resize"].launch_type == "FARGATE" && aws_scheduler_schedule.this["report"].target[0].ecs_parameters[0].launch_type == "FARGATE"
    error_message = "all of them run there"
  }
}
