# Names: no two tenants' collide, none is too long, and each tells apart what must stand side by side during a change.

mock_provider "aws" {
  source = "../tenant-service/tests/mocks"
}

variables {
  stack  = "appcluster-test"
  tenant = "acme"

  cluster = {
    vpc_id                          = "vpc-1"
    load_balancer_subnet_ids        = ["subnet-3", "subnet-4"]
    load_balancer_security_group_id = "sg-1"
  }

  targets       = { service1 = { target_type = "instance", priority = 17 } }
  first_service = { facts = "ec2-replica-44136fa3" }
  serving       = { service1 = "first" }

  dns = { zone = "example.com", hostname = "acme.test.example.com" }

  load_balancer = {
    mode = "own"
    shared = {
      listener_arn      = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:listener/app/shared-1/1/1"
      dns_name          = "shared.elb.example.com"
      zone_id           = "ZSHARED"
      security_group_id = "sg-shared"
      arn_suffix        = "app/shared-1/1"
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
    condition     = output.targets.service1.identity != run.a_b_and_c.targets.service1.identity
    error_message = "a-b + c and a + b-c must have different names"
  }
}

run "the_longest_names_fit" {
  command = plan
  variables {
    stack   = "a123456789-123456789-123456789x"
    tenant  = "b123456789-123456789-123456789x"
    targets = { service1 = { target_type = "instance" }, c123456789-123456789-123456789x = { target_type = "ip", path = "/c" } }
  }
  assert {
    condition     = one(values(aws_lb.this)).name == one([for group in aws_lb_target_group.this : group.name if group.target_type == "instance"]) && alltrue([for group in aws_lb_target_group.this : length(group.name) == 32])
    error_message = "load balancers and target groups take 32 characters"
  }
  assert {
    condition     = length(aws_security_group.load_balancer[0].name_prefix) <= 229
    error_message = "security groups take 255 characters, 26 of them the group's own"
  }
}
