# Where requests come in: a load balancer of the tenant's own, a rule on a shared one, or none.

mock_provider "aws" {
  source = "../tenant-service/tests/mocks"
}

# What AWS gives is known before an apply too: as after one, without making it.
mock_provider "aws" {
  alias           = "known"
  source          = "../tenant-service/tests/mocks"
  override_during = plan
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
    mode           = "own"
    linger_seconds = 0 # or each run whose load balancer is another really waits
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
  command   = plan
  providers = { aws = aws.known }

  assert {
    condition     = output.url == "http://acme.test.example.com" && length(aws_lb.this) == 1 && length(aws_lb_listener.https) == 0 && one(values(aws_lb_listener.http)).default_action[0].type == "forward"
    error_message = "without a certificate port 80 serves"
  }
  assert {
    condition     = length(aws_lb_listener_rule.shared) == 0 && one(aws_route53_record.this["A"].alias).zone_id == "ZOWN"
    error_message = "the name leads to the tenant's own load balancer, and nothing stands on the shared one"
  }
  assert {
    condition     = one(values(aws_lb_target_group.this)).port == 80
    error_message = "the container's port is the service's business: in the target group a change of it would be a replacement"
  }
  assert {
    condition     = output.arn_suffix == "app/x/1" && output.targets.service1.target_group_arn_suffix == "targetgroup/x/1" && output.security_group_id == "sg-made"
    error_message = "who makes a dashboard finds the names that CloudWatch knows"
  }
  assert {
    condition     = keys(output.alarms) == ["load-balancer-5xx"] && aws_cloudwatch_metric_alarm.watch["load-balancer-5xx"].dimensions == tomap({ LoadBalancer = "app/x/1" })
    error_message = "docs/generate/costs.py and rates.py count it"
  }
}

run "own_in_full" {
  command = plan
  variables {
    dns = { zone = "example.com", hostname = "acme.test.example.com", aliases = ["www.example.com", "shop.acme.org"] }
    load_balancer = {
      internal         = false
      dual_stack       = true
      make_certificate = true
      certificates     = { "shop.acme.org" = "arn:aws:acm:ap-southeast-2:123456789012:certificate/shop" }
      allowed          = { four = "0.0.0.0/0", six = "::/0" }
      access_logs      = { bucket = "logs" }
    }
    targets = {
      service1 = {
        target_type        = "instance"
        drain_seconds      = 5
        slow_start_seconds = 30
        sticky_seconds     = 3600
        health_check       = { path = "/health", codes = "200", interval = 5, timeout = 2, healthy = 2, unhealthy = 5 }
      }
    }
  }
  assert {
    condition     = one(values(aws_lb_listener.https)).port == 443 && one(values(aws_lb_listener.http)).default_action[0].type == "redirect" && output.url == "https://acme.test.example.com"
    error_message = "with a certificate: HTTPS, and port 80 sends there"
  }
  assert {
    condition     = join(" ", keys(aws_acm_certificate.this)) == "acme.test.example.com www.example.com" && join(" ", keys(aws_route53_record.validation)) == "acme.test.example.com www.example.com" && join(" ", keys(aws_lb_listener_certificate.this)) == "www.example.com"
    error_message = "a certificate for each name in the zone, the first one the listener's own; nobody here can prove another"
  }
  assert {
    condition     = { for name, given in aws_lb_listener_certificate.given : name => given.certificate_arn } == { "shop.acme.org" = "arn:aws:acm:ap-southeast-2:123456789012:certificate/shop" }
    error_message = "a name that is proved elsewhere has the certificate given for it"
  }
  assert {
    condition     = join(", ", keys(aws_route53_record.this)) == "A, AAAA, www.example.com A, www.example.com AAAA"
    error_message = "both kinds of records, for the names in the zone"
  }
  assert {
    condition     = join(" ", keys(aws_vpc_security_group_ingress_rule.load_balancer)) == "four-http four-https six-http six-https" && aws_vpc_security_group_ingress_rule.load_balancer["six-https"].cidr_ipv6 == "::/0"
    error_message = "who may connect may connect to both ports"
  }
  assert {
    condition     = one(one(values(aws_lb.this)).access_logs).prefix == "appcluster-test/acme" && one(values(aws_lb.this)).ip_address_type == "dualstack"
    error_message = "access logs of tenants in one bucket stand apart"
  }
  assert {
    condition     = one(values(aws_lb_target_group.this)).stickiness[0].enabled && one(values(aws_lb_target_group.this)).stickiness[0].cookie_duration == 3600 && one(values(aws_lb_target_group.this)).slow_start == 30 && one(values(aws_lb_target_group.this)).deregistration_delay == "5"
    error_message = "stickiness, slow start and draining are the target group's"
  }
  assert {
    condition     = one(one(values(aws_lb_target_group.this)).health_check).path == "/health" && one(one(values(aws_lb_target_group.this)).health_check).matcher == "200" && one(one(values(aws_lb_target_group.this)).health_check).unhealthy_threshold == 5
    error_message = "the health check is the one given"
  }
}

run "shared" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    dns           = { zone = "example.com", hostname = "acme.test.example.com", aliases = ["shop.acme.org", "www.example.com"] }
  }
  assert {
    condition     = length(aws_lb.this) + length(aws_lb_listener.http) + length(aws_lb_listener.https) + length(aws_security_group.load_balancer) == 0
    error_message = "a tenant that shares makes no load balancer"
  }
  assert {
    condition     = one(values(aws_lb_listener_rule.shared)).priority == 17 && one(one(one(values(aws_lb_listener_rule.shared)).condition).host_header).values == toset(["acme.test.example.com", "shop.acme.org", "www.example.com"]) && one(values(aws_lb_listener_rule.shared)).action[0].target_group_arn == one(values(aws_lb_target_group.this)).arn
    error_message = "one rule, of the priority given, for all the tenant's names"
  }
  assert {
    condition     = output.url == "https://acme.test.example.com" && one(aws_route53_record.this["A"].alias).zone_id == "ZSHARED" && output.arn == null && output.dns_name == "shared.elb.example.com"
    error_message = "the name leads to the shared load balancer, whose listener speaks HTTPS"
  }
  assert {
    condition     = output.alarms == {}
    error_message = "its errors are those of all tenants"
  }
  assert {
    condition     = length(aws_lb_listener_certificate.this) == 0
    error_message = "the shared listener's own certificate is enough unless another is asked for"
  }
}

run "shared_with_a_certificate_and_an_address_for_every_task" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared", make_certificate = true, certificates = { "*.acme.org" = "arn:aws:acm:ap-southeast-2:123456789012:certificate/acme" } })
    targets       = { service1 = { target_type = "ip", priority = 17 } }
    dns           = { zone = "example.com", hostname = "acme.test.example.com", aliases = ["shop.acme.org"] }
  }
  assert {
    condition     = one(values(aws_lb_listener_certificate.given)).listener_arn == var.load_balancer.shared.listener_arn
    error_message = "a given one too"
  }
  assert {
    condition     = keys(aws_lb_listener_certificate.this) == ["${local.of_way_in}acme.test.example.com"] && length(aws_acm_certificate.this) == 1
    error_message = "the made certificate is presented on the shared listener"
  }
}

run "shared_by_http" {
  command = plan
  override_data {
    target = data.aws_lb_listener.shared[0]
    values = { protocol = "HTTP" }
  }
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
  }
  assert {
    condition     = output.url == "http://acme.test.example.com"
    error_message = "the URL is what the listener speaks"
  }
}

run "none" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    load_balancer = { mode = "none" }
    dns           = {}
  }
  assert {
    condition     = length(aws_lb.this) + length(aws_lb_target_group.this) + length(aws_lb_listener_rule.shared) + length(aws_route53_record.this) + length(aws_security_group.load_balancer) == 0
    error_message = "nothing of a way in"
  }
  assert {
    condition     = output.arn_suffix == null && output.targets == {} && output.url == null
    error_message = "services that nobody calls"
  }
}

run "further_security_groups_and_one_for_tasks_of_all_services" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    services_group = true
    load_balancer  = { security_groups = { office = "sg-0f" } }
  }
  assert {
    condition     = join(" ", sort(one(values(aws_lb.this)).security_groups)) == "sg-0f sg-1 sg-made"
    error_message = "the load balancer is in them too"
  }
  assert {
    condition     = output.services_security_group_id == aws_security_group.services[0].id && aws_security_group.services[0].vpc_id == var.cluster.vpc_id
    error_message = "services let each other in by the tenant's own group"
  }
}
