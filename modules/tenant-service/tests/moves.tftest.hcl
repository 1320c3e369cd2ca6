# A move: what stands beside what, and under which address.

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

run "as_it_is" {
  assert {
    condition     = keys(aws_ecs_service.this) == ["first"] && output.serving == "first"
    error_message = "what the tenant was made with"
  }
}

run "to_fargate" {
  command = plan
  variables {
    target  = merge(var.target, { mode = "shared", fact = "ip-shared", identity = "ap-southeast-2/appcluster-test/acme/vpc-1/ip/app/shared-1/1" })
    task    = { launch_type = "FARGATE", network_mode = "awsvpc", cpu = 256, memory = 512 }
    scaling = { min = 2, max = 9, start = 6 }
  }
  assert {
    condition     = keys(aws_ecs_service.this) == ["ip-shared-fargate-replica-44136fa3"] && output.serving == "ip-shared-fargate-replica-44136fa3"
    error_message = "old and new are two instances"
  }
  assert {
    condition     = keys(aws_appautoscaling_target.bounds) == keys(aws_ecs_service.this) && keys(aws_appautoscaling_policy.out) == keys(aws_ecs_service.this)
    error_message = "the new service scales by targets and policies of its own"
  }
  assert {
    condition     = output.name == run.as_it_is.name && output.log_group == run.as_it_is.log_group && output.alarms == run.as_it_is.alarms && output.scaling_alarms == run.as_it_is.scaling_alarms
    error_message = "names that dashboards use stay"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).desired_count == 6
    error_message = "start, when it is given"
  }
}

run "what_no_schedule_moves_is_the_callers" {
  command = plan
  variables {
    scaling = { min = 3, max = 9, schedules = { sale = { schedule = "at(2030-12-24T08:00:00)", max = 20 } } }
  }
  assert {
    condition     = one(values(aws_appautoscaling_target.bounds)).min_capacity == 3
    error_message = "a bound that no schedule sets changes in place"
  }
}
