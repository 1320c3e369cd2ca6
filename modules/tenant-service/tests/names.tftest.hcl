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
    stack  = "a1234567890123456789012-b"
    tenant = "c"
  }
}

run "a_and_b_c" {
  command = plan
  variables {
    stack  = "a1234567890123456789012"
    tenant = "b-c"
  }
  assert {
    condition = length(setintersection(
      [output.name, aws_iam_role.task[0].name, aws_iam_role.execution[0].name, aws_ecs_task_definition.this.family, aws_cloudwatch_log_group.this.name],
      [run.a_b_and_c.name, run.a_b_and_c.log_group, run.a_b_and_c.task_role_name],
    )) == 0
    error_message = "a-b + c and a + b-c must have different names"
  }
  assert {
    condition     = can(regex("^a1234567890123456789012-[0-9a-f]{8}$", output.name))
    error_message = "no dash before the dash"
  }
}

run "the_longest_names_fit" {
  command = plan
  variables {
    stack  = "a123456789-123456789-123456789x"
    tenant = "b123456789-123456789-123456789x"
    background = {
      scheduled = { c123456789-123456789-123456789x = { schedule = "rate(1 day)", command = ["x"] } }
      queued    = { d123456789-123456789-123456789x = {} }
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
  assert {
    condition     = max([for queue in concat(values(aws_sqs_queue.work), values(aws_sqs_queue.dead), aws_sqs_queue.not_started) : length(queue.name)]...) <= 80
    error_message = "a queue's name holds 80 characters"
  }
  assert {
    condition     = length(aws_scheduler_schedule_group.this[0].name) <= 64 && length(aws_iam_role.schedule[0].name) <= 64
    error_message = "a schedule group's and a role's hold 64"
  }
}
