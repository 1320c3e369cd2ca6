# Every name that a hash makes, for good: another formula replaces every service of every tenant.

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

run "own" {
  command = plan
  assert {
    condition = {
      for what, name in {
        name          = output.name
        service       = output.service_name
        role          = aws_iam_role.task[0].name
        family        = aws_ecs_task_definition.this.family
        log_group     = output.log_group
        alarm         = output.alarms["unhealthy-hosts"]
        scaling_alarm = output.scaling_alarms["high"]
      } : what => name
      } == {
      name          = "appcluster-test-acme-a8109d5d"
      service       = "acme_86676055"
      role          = "appcluster-test-acme-a8109d5d-task"
      family        = "appcluster-test-acme-a8109d5d"
      log_group     = "/ecs/appcluster-test/acme"
      alarm         = "appcluster-test-acme-a8109d5d-unhealthy-hosts"
      scaling_alarm = "appcluster-test-acme-a8109d5d-cpu-high"
    }
    error_message = "these names are those of version 0.1"
  }
  assert {
    condition     = aws_ecs_service.this["first"].tags.Name == output.name
    error_message = "what gets another name in a move keeps a tag"
  }
}

run "shared" {
  command = plan
  variables {
    target = merge(var.target, { mode = "shared", fact = "instance-shared1", identity = "ap-southeast-2/appcluster-test/acme/vpc-1/instance/app/shared-1/1" })
  }
  assert {
    condition     = output.service_name == "acme_9f363bb9"
    error_message = "another name is another service, and every tenant of this kind would move at its next apply"
  }
}

run "shared_on_fargate" {
  command = plan
  variables {
    target = merge(var.target, { mode = "shared", fact = "ip-shared1", identity = "ap-southeast-2/appcluster-test/acme/vpc-1/ip/app/shared-1/1" })
    task   = { launch_type = "FARGATE", network_mode = "awsvpc", cpu = 256, memory = 512 }
  }
  assert {
    condition     = output.service_name == "acme_e0dd85f0"
    error_message = "another name is another service, and every tenant of this kind would move at its next apply"
  }
}

# Another path is another role, with another name: IAM knows one of a name in all paths.
run "roles_in_a_path_of_their_own" {
  command = plan
  variables {
    containers = { web = { image = "registry.example.com:5000/web:91", port = 9090 } }

    roles = { path = "/team/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
    background = {
      scheduled = { report = { schedule = "rate(1 day)" } }
      queued    = { resize = {} }
    }
  }
  assert {
    condition = { for role in concat(aws_iam_role.execution, aws_iam_role.task, aws_iam_role.schedule) : role.name => "${role.path} ${role.permissions_boundary}" } == {
      for kind in ["execution", "task", "schedule"] : "appcluster-test-acme-ef94fd48-${kind}" => "/team/ arn:aws:iam::123456789012:policy/boundary"
    }
    error_message = "each role has the path and the boundary"
  }
  assert {
    condition     = output.name == "appcluster-test-acme-a8109d5d" && aws_ecs_task_definition.this.family == output.name && aws_scheduler_schedule_group.this[0].name == output.name
    error_message = "nothing else has another name"
  }
  assert {
    condition     = aws_sqs_queue.work["resize"].name == "${output.name}-resize" && aws_sqs_queue.not_started[0].name == "${output.name}_not-started" && aws_ecs_service.worker["resize"].name == "${output.name}-resize"
    error_message = "queues and workers keep theirs too"
  }
  assert {
    condition     = output.service_name == "acme_86676055"
    error_message = "another port and image change in place"
  }
}

run "an_address_that_a_hash_makes" {
  command = plan
  variables {
    deployment = { capacity_providers = { spot = {} } }
  }
  assert {
    condition     = local.facts.service == "ec2-replica-4cfe8254"
    error_message = "another address is another service: every tenant of this kind would move at its next apply"
  }
  assert {
    condition     = output.service_name == "acme_f6756104"
    error_message = "the provider replaces a service whose capacity changes: a new one beside the old one"
  }
  assert {
    condition     = keys(aws_ecs_service.this) == ["instance-own-public-ec2-replica-4cfe8254"]
    error_message = "another service, the same way in"
  }
}

run "another_service" {
  command = plan
  variables {
    service = { name = "api", queues = { first = { queue = "resize" } } }
    target  = merge(var.target, { identity = "ap-southeast-2/appcluster-test/acme/api/vpc-1/instance/public" })
    background = {
      queued = { resize = {} }
    }
  }
  assert {
    condition     = "${output.name} ${output.service_name} ${aws_iam_role.task[0].name}" == "appcluster-test-acme-ap-545b3830 acme_api_433be3e0 appcluster-test-acme-ap-545b3830-task"
    error_message = "another name is another service, and every service of this kind would move at its next apply"
  }
  assert {
    condition     = startswith(output.name, "appcluster-test-acme-ap-") && startswith(output.service_name, "acme_api_") && output.log_group == "/ecs/appcluster-test/acme/api"
    error_message = "it has its name in all of its names"
  }
  assert {
    condition     = join(" ", keys(output.services)) == "acme/api acme/api/resize" && length(setintersection([output.name, output.service_name], [run.own.name, run.own.service_name])) == 0
    error_message = "and is found under it"
  }
  assert {
    condition     = keys(aws_ecs_service.this) == ["instance-own-public-ec2-replica-44136fa3"]
    error_message = "nothing of it is older than its name"
  }
  assert {
    condition     = local.other_queues.first == "appcluster-test-acme-a8109d5d-resize"
    error_message = "a queue is sent to by the name that it has"
  }
  assert {
    condition     = aws_sqs_queue.work["resize"].name == "appcluster-test-acme-ap-545b3830-resize"
    error_message = "and has this name for good"
  }
}

run "none_and_an_address_for_every_task" {
  command = plan
  variables {
    target = null
    task   = { network_mode = "awsvpc" }
  }
  assert {
    condition     = output.service_name == "acme_0e2d5d71"
    error_message = "another network mode is a new service beside the old one, for good under this name"
  }
}
