# Names: no two tenants' collide, none is too long, and each tells apart what must stand side by side during a change.

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
      [output.name, aws_iam_role.task[0].name, aws_iam_role.execution[0].name, aws_ecs_task_definition.this.family, aws_cloudwatch_log_group.this.name],
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
    condition     = length(output.name) == 32
    error_message = "what has the name of a load balancer, which takes 32 characters"
  }
  assert {
    condition     = length(aws_iam_role.execution[0].name) <= 64 && length(aws_iam_role.task[0].name) <= 64
    error_message = "roles take 64 characters"
  }
  assert {
    condition     = length(one(values(aws_ecs_service.this)).name) <= 255 && length(aws_ecs_task_definition.this.family) <= 255
    error_message = "services and task definitions take 255 characters"
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

run "another_port_and_image" {
  command = plan
  variables {
    containers = { web = { image = "registry.example.com:5000/web:91", port = 9090 } }
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name == run.as_it_is.service_name
    error_message = "these change in place"
  }
}

run "another_load_balancer" {
  command = plan
  variables {
    target = merge(var.target, { mode = "shared", identity = "ap-southeast-2/appcluster-test/acme/vpc-1/instance/app/shared-1/1" })
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name != run.as_it_is.service_name
    error_message = "a target group belongs to one load balancer for ever: a new one, and a new service beside the old one"
  }
}

run "none" {
  command = plan
  variables {
    target = null
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name != run.as_it_is.service_name
    error_message = "no load balancer: a new service beside the old one"
  }
}

run "awsvpc" {
  command = plan
  variables {
    target = null
    task   = { network_mode = "awsvpc" }
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).name != run.none.service_name
    error_message = "another network mode: a new service beside the old one"
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

# Another service of the tenant.

run "another_service" {
  command = plan
  variables {
    service = { name = "api" }
    target  = merge(var.target, { identity = "ap-southeast-2/appcluster-test/acme/api/vpc-1/instance/public" })
    background = {
      queued = { resize = {} }
    }
  }
  assert {
    condition     = startswith(output.name, "appcluster-test-acme-ap-") && startswith(output.service_name, "acme_api_") && output.log_group == "/ecs/appcluster-test/acme/api"
    error_message = "it has its name in all of its names"
  }
  assert {
    condition     = join(" ", keys(output.services)) == "acme/api acme/api/resize" && length(setintersection([output.name, output.service_name], [run.as_it_is.name, run.as_it_is.service_name])) == 0
    error_message = "and is found under it"
  }
  assert {
    condition     = keys(aws_ecs_service.this) == ["instance-own-public-ec2-replica-44136fa3"]
    error_message = "nothing of it is older than its name"
  }
}
