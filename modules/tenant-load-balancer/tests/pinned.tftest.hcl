# Every name that a hash makes, for good: another formula replaces every target group and load balancer of every tenant.

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

run "own" {
  command = plan
  assert {
    condition     = "${aws_lb.this["first"].name} ${aws_lb_target_group.this["first"].name}" == "appcluster-test-acme-925c4570 appcluster-test-acme-925c4570"
    error_message = "these names are those of version 0.1"
  }
  assert {
    condition     = output.targets.service1.identity == "ap-southeast-2/appcluster-test/acme/vpc-1/instance/public" && output.targets.service1.fact == "instance-own-public"
    error_message = "the service's name is made of it: see pinned.tftest.hcl of tenant-service"
  }
  assert {
    condition     = alltrue([for tags in [aws_lb.this["first"].tags, aws_lb_target_group.this["first"].tags] : tags.Name == "appcluster-test-acme-a8109d5d"]) && output.alarms["load-balancer-5xx"] == "appcluster-test-acme-a8109d5d-load-balancer-5xx"
    error_message = "what gets another name in a move keeps a tag"
  }
}

run "shared" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
  }
  assert {
    condition     = one(values(aws_lb_target_group.this)).name == "appcluster-test-acme-41d3dc4d" && output.targets.service1.identity == "ap-southeast-2/appcluster-test/acme/vpc-1/instance/app/shared-1/1"
    error_message = "another name is another target group, and every tenant of this kind would move at its next apply"
  }
}

run "shared_with_an_address_for_every_task" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    targets       = { service1 = { target_type = "ip", priority = 17 } }
  }
  assert {
    condition     = one(values(aws_lb_target_group.this)).name == "appcluster-test-acme-e756fbc4"
    error_message = "another name is another target group, and every tenant of this kind would move at its next apply"
  }
}

run "the_name_of_a_shared_load_balancer_is_in_addresses_alone" {
  command = plan
  variables {
    load_balancer = { mode = "shared", shared = merge(var.load_balancer.shared, { name = "7" }) }
    targets       = { service1 = { target_type = "instance", priority = 18, health_check = { path = "/health", interval = 20 } } }
  }
  assert {
    condition     = one(values(aws_lb_target_group.this)).name == "appcluster-test-acme-41d3dc4d" && output.targets.service1.fact == "instance-shared7"
    error_message = "another name is another target group, and every tenant of this kind would move at its next apply; health check and priority change in place"
  }
}

run "a_service_with_a_path" {
  command = plan
  variables {
    targets = {
      service1 = { target_type = "instance" }
      api      = { target_type = "instance", path = "/api/*" }
      events   = { target_type = "ip", path = "/events" }
    }
  }
  assert {
    condition     = { for key, group in aws_lb_target_group.this : key => group.name } == { first = "appcluster-test-acme-925c4570", "api instance-own-public" = "appcluster-test-acme-ap-9cf1e2f4", "events ip-own-public-instance" = "appcluster-test-acme-ev-82dad71c" }
    error_message = "another name is another target group, and every service of this kind would move at its next apply"
  }
  assert {
    condition     = { for key, rule in aws_lb_listener_rule.path : key => rule.priority } == { api = 21490, events = 20515 } && { for key, rule in aws_lb_listener_rule.attached : key => rule.priority } == { "api instance-own-public" = 37480, "events ip-own-public-instance" = 26566 }
    error_message = "another number is another order for some moments"
  }
}

run "another_shared_load_balancer_and_an_address_for_every_task" {
  command = plan
  variables {
    load_balancer = { mode = "shared", shared = merge(var.load_balancer.shared, { arn_suffix = "app/shared-2/1" }) }
    targets       = { service1 = { target_type = "ip", priority = 17 } }
  }
  assert {
    condition     = output.targets.service1.identity == "ap-southeast-2/appcluster-test/acme/vpc-1/ip/app/shared-2/1"
    error_message = "a target group belongs to one load balancer and one kind of target for ever: others are a new one, and a new service beside the old one"
  }
}

run "internal" {
  command = plan
  variables {
    load_balancer = { internal = true }
  }
  assert {
    condition     = output.targets.service1.identity == "ap-southeast-2/appcluster-test/acme/vpc-1/instance/internal"
    error_message = "a load balancer cannot turn inside: a new one"
  }
}
