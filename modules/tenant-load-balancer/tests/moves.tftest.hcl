# A move: what stands beside what, and under which address.

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

  targets       = { service1 = { target_type = "instance", priority = 117 } }
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

run "as_it_is" {
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
  }
  assert {
    condition     = keys(aws_lb_target_group.this) == ["first"] && keys(aws_lb_listener_rule.shared) == ["first"] && length(aws_lb_listener_rule.turned) == 0
    error_message = "a tenant is born with one rule, before its service"
  }
}

run "to_the_other_kind_of_target_with_a_second_slot" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    targets       = { service1 = { target_type = "ip", priority = 117, moving = { turned = 2117, aside = { instance = 3117, ip = 4117 } } } }
    serving       = { service1 = "ip-shared-fargate-replica-44136fa3" }
  }
  assert {
    condition     = keys(aws_lb_target_group.this) == ["first", "ip-shared"]
    error_message = "old and new are two instances, and the old target group goes last"
  }
  assert {
    condition     = { for key, group in aws_lb_target_group.this : key => "${group.target_type} ${group.name}" } == { first = "instance appcluster-test-acme-41d3dc4d", ip-shared = "ip appcluster-test-acme-e756fbc4" }
    error_message = "the old target group stays what it is, beside the new one"
  }
  assert {
    condition     = aws_lb_listener_rule.shared["first"].priority == 3117 && [for group in one(one(aws_lb_listener_rule.shared["first"].action).forward).target_group : group.weight] == [1, 0]
    error_message = "the tenant's own rule steps aside, and sends nothing to the new target group"
  }
  assert {
    condition     = aws_lb_listener_rule.turned["service1"].priority == 2117 && one(one(aws_lb_listener_rule.turned["service1"].condition).host_header).values == toset(["acme.test.example.com"])
    error_message = "the rule that turns has the tenant's host names"
  }
}

run "sticky_tenants_have_sticky_rules" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    targets       = { service1 = { target_type = "ip", priority = 117, sticky_seconds = 3600, moving = { turned = 2117, aside = { instance = 3117, ip = 4117 } } } }
  }
  assert {
    condition     = one(one(one(aws_lb_listener_rule.shared["first"].action).forward).stickiness).duration == 3600
    error_message = "AWS refuses several groups of which one is sticky, unless their rule is"
  }
}

run "a_further_name" {
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    dns           = { zone = "example.com", hostname = "acme.test.example.com", aliases = ["www.example.com"] }
  }
  assert {
    condition     = join(", ", keys(aws_route53_record.this)) == "A, www.example.com A"
    error_message = "an alias has a record of its own"
  }
}

run "later" {
  module {
    source = "./tests/later"
  }
}

run "a_host_name_and_an_alias_change_places" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    dns           = { zone = "example.com", hostname = "www.example.com", aliases = ["acme.test.example.com"] }
  }
  assert {
    condition     = aws_route53_record.this["A"].name == "acme.test.example.com" && aws_route53_record.this["www.example.com A"].name == "www.example.com" && output.url == "https://www.example.com"
    error_message = "a record's address says its name, not whether that is the host name"
  }
}

run "certificates_stay_where_they_are" {
  command = plan
  variables {
    load_balancer = { make_certificate = true }
    dns           = { zone = "example.com", hostname = "www.example.com", aliases = ["acme.test.example.com"] }
  }
  assert {
    condition     = keys(aws_lb_listener_certificate.this) == ["instance-own-public www.example.com"]
    error_message = "the first host name's certificate stays the listener's first one"
  }
}

run "a_host_name_that_is_new" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    dns           = { zone = "example.com", hostname = "shop.example.com" }
  }
  expect_failures = [terraform_data.named]
}

run "a_host_name_that_is_new_with_a_certificate_of_its_own" {
  command = plan
  variables {
    load_balancer = { make_certificate = true }
    dns           = { zone = "example.com", hostname = "shop.example.com", aliases = ["acme.test.example.com"] }
  }
  expect_failures = [terraform_data.named]
}

run "a_host_name_that_is_new_where_nothing_asks_for_it" {
  command = plan
  variables {
    dns = { zone = "example.com", hostname = "shop.example.com" }
  }
  assert {
    condition     = output.url == "http://shop.example.com"
    error_message = "a load balancer of its own forwards every name"
  }
}

run "to_another_shared_load_balancer" {
  command = plan
  variables {
    load_balancer = { mode = "shared", shared = merge(var.load_balancer.shared, { name = "2", arn_suffix = "app/shared-2/1" }) }
  }
  assert {
    condition     = keys(aws_lb_target_group.this) == ["instance-shared2"]
    error_message = "the name tells shared load balancers apart"
  }
}
