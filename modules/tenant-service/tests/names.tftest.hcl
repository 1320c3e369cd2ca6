# Names: no two tenants' collide, none is too long, and each tells apart what must stand side by side during a change.

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

run "a_b_and_c" {
  command = plan
  variables {
    stack  = "a-b"
    tenant = "c"
  }
}

run "a_and_b_c" {
  command = plan
  variables {
    stack  = "a"
    tenant = "b-c"
  }
  assert {
    condition = length(setintersection(
      [output.name, one(values(aws_lb.this)).name, one(values(aws_lb_target_group.this)).name, aws_iam_role.task[0].name, aws_iam_role.execution[0].name, aws_ecs_task_definition.this.family, aws_cloudwatch_log_group.this.name],
      [run.a_b_and_c.name, run.a_b_and_c.log_group, run.a_b_and_c.task_role_name],
    )) == 0
    error_message = "a-b + c and a + b-c must have different names"
  }
}

run "the_longest_names_fit" {
  command = plan
  variables {
    stack  = "a123456789-123456789-123456789x"
    tenant = "b123456789-123456789-123456789x"
    background = {
      scheduled = { c123456789-123456789-123456789x = { schedule = "rate(1 day)", command = ["x"] } }
    }
  }
  assert {
    condition     = length(output.name) == 32 && length(one(values(aws_lb.this)).name) == 32 && length(one(values(aws_lb_target_group.this)).name) == 32
    error_message = "load balancers and target groups take 32 characters"
  }
  assert {
    condition     = length(aws_iam_role.execution[0].name) <= 64 && length(aws_iam_role.task[0].name) <= 64
    error_message = "roles take 64 characters"
  }
  assert {
    condition     = length(one(values(aws_ecs_service.this)).name) <= 255 && length(aws_ecs_task_definition.this.family) <= 255 && length(aws_security_group.load_balancer[0].name_prefix) <= 229
    error_message = "services, task definitions and security groups take 255 characters, 26 of them the group's own"
  }
}

run "a_name_cut_at_a_dash_is_still_a_name" {
  command = plan
  variables {
    stack  = "a1234567890123456789012"
    tenant = "b"
  }
  assert {
    condition     = can(regex("^a1234567890123456789012-[0-9a-f]{8}$", output.name))
    error_message = "no dash before the dash"
  }
}

# What stands behind the same name in DNS has another name in AWS as soon as AWS would replace it.

run "as_it_is" {
  command = plan
}

run "another_port_health_check_host_name_and_image" {
  command = plan
  variables {
    containers   = { web = { image = "registry.example.com:5000/web:91", port = 9090 } }
    health_check = { path = "/health", interval = 20 }
    dns          = { zone = "example.com", hostname = "shop.test.example.com" }
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name == run.as_it_is.service_name && one(values(aws_lb_target_group.this)).name == one(values(aws_lb.this)).name
    error_message = "these change in place"
  }
}

run "shared" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name != run.as_it_is.service_name
    error_message = "another load balancer: a new service beside the old one"
  }
}

run "another_priority" {
  command = plan
  variables {
    load_balancer = { mode = "shared", shared = { listener_arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:listener/app/shared-1/1/1", dns_name = "x", zone_id = "Z", security_group_id = "sg", arn_suffix = "app/shared-1/1", priority = 18 } }
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name == run.shared.service_name
    error_message = "a priority changes in place"
  }
}

run "another_shared_load_balancer" {
  command = plan
  variables {
    load_balancer = { mode = "shared", shared = { listener_arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:listener/app/shared-2/1/1", dns_name = "x", zone_id = "Z", security_group_id = "sg", arn_suffix = "app/shared-2/1", priority = 17 } }
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name != run.shared.service_name
    error_message = "a target group belongs to one load balancer for ever: a new one, and a new service beside the old one"
  }
}

run "internal" {
  command = plan
  variables {
    load_balancer = { internal = true }
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name != run.as_it_is.service_name
    error_message = "a load balancer cannot turn inside: a new one"
  }
}

run "awsvpc" {
  command = plan
  variables {
    task = { network_mode = "awsvpc" }
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name != run.as_it_is.service_name
    error_message = "another kind of target: a new target group, and a new service beside the old one"
  }
}

run "other_capacity" {
  command = plan
  variables {
    deployment = { capacity_providers = { other = {} } }
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name != run.as_it_is.service_name
    error_message = "the provider replaces a service whose capacity changes"
  }
}
