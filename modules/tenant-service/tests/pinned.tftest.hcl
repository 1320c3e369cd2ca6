# Every name that a hash makes, for good: another formula replaces every service, target group and load balancer of every tenant.

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

  load_balancer = {
    mode = "own"
    shared = {
      listener_arn      = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:listener/app/shared-1/1/1"
      dns_name          = "shared.elb.example.com"
      zone_id           = "ZSHARED"
      security_group_id = "sg-shared"
      arn_suffix        = "app/shared-1/1"
      priority          = 17
    }
  }
}

run "own" {
  command = plan
  assert {
    condition = {
      for what, name in {
        name          = output.name
        service       = output.service_name
        load_balancer = aws_lb.this["first"].name
        target_group  = aws_lb_target_group.this["first"].name
        role          = aws_iam_role.task[0].name
        family        = aws_ecs_task_definition.this.family
        log_group     = output.log_group
        alarm         = output.alarms["unhealthy-hosts"]
        scaling_alarm = output.scaling_alarms["high"]
      } : what => name
      } == {
      name          = "appcluster-test-acme-a8109d5d"
      service       = "acme_86676055"
      load_balancer = "appcluster-test-acme-925c4570"
      target_group  = "appcluster-test-acme-925c4570"
      role          = "appcluster-test-acme-a8109d5d-task"
      family        = "appcluster-test-acme-a8109d5d"
      log_group     = "/ecs/appcluster-test/acme"
      alarm         = "appcluster-test-acme-a8109d5d-unhealthy-hosts"
      scaling_alarm = "appcluster-test-acme-a8109d5d-cpu-high"
    }
    error_message = "these names are those of version 0.1"
  }
  assert {
    condition     = aws_ecs_service.this["first"].tags.Name == output.name && aws_lb.this["first"].tags.Name == output.name && aws_lb_target_group.this["first"].tags.Name == output.name
    error_message = "what gets another name in a move keeps a tag"
  }
}

run "shared" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
  }
  assert {
    condition     = output.service_name == "acme_9f363bb9" && one(values(aws_lb_target_group.this)).name == "appcluster-test-acme-41d3dc4d"
    error_message = "another name is another service, and every tenant of this kind would move at its next apply"
  }
}

run "shared_on_fargate" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    task          = { launch_type = "FARGATE", network_mode = "awsvpc", cpu = 256, memory = 512 }
  }
  assert {
    condition     = output.service_name == "acme_e0dd85f0" && one(values(aws_lb_target_group.this)).name == "appcluster-test-acme-e756fbc4"
    error_message = "another name is another service, and every tenant of this kind would move at its next apply"
  }
}

run "none" {
  command = plan
  variables {
    load_balancer = { mode = "none" }
    dns           = {}
  }
  assert {
    condition     = output.service_name == "acme_d502a5dd" && length(aws_lb_target_group.this) == 0
    error_message = "another name is another service, and every tenant of this kind would move at its next apply"
  }
}

run "the_name_of_a_shared_load_balancer_is_in_addresses_alone" {
  command = plan
  variables {
    load_balancer = { mode = "shared", shared = merge(var.load_balancer.shared, { name = "7" }) }
  }
  assert {
    condition     = output.service_name == "acme_9f363bb9" && one(values(aws_lb_target_group.this)).name == "appcluster-test-acme-41d3dc4d"
    error_message = "another name is another service, and every tenant of this kind would move at its next apply"
  }
}

# Another path is another role, with another name: IAM knows one of a name in all paths.
run "roles_in_a_path_of_their_own" {
  command = plan
  variables {
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
}
