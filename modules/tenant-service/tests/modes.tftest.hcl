# Where requests come in: a load balancer of the tenant's own, a rule on a shared one, or none.

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
    mode           = "own"
    linger_seconds = 0 # or each run whose load balancer is another really waits
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
  assert {
    condition     = output.url == "http://acme.test.example.com" && length(aws_lb.this) == 1 && length(aws_lb_listener.https) == 0 && one(values(aws_lb_listener.http)).default_action[0].type == "forward"
    error_message = "without a certificate port 80 serves"
  }
  assert {
    condition     = length(aws_lb_listener_rule.shared) == 0 && one(aws_route53_record.this["A"].alias).zone_id == "ZOWN"
    error_message = "the name leads to the tenant's own load balancer, and nothing stands on the shared one"
  }
  assert {
    condition     = one(values(aws_lb_target_group.this)).port == 80 && one(one(values(aws_ecs_service.this)).load_balancer).container_port == 8080
    error_message = "the container's port is the service's business: in the target group a change of it would be a replacement"
  }
  assert {
    condition     = output.services == { acme = { cluster = var.cluster.arn, service = one(values(aws_ecs_service.this)).name, task_definition = aws_ecs_task_definition.this.arn, target_groups = [one(values(aws_lb_target_group.this)).arn], log_group = aws_cloudwatch_log_group.this.name, containers = keys(var.containers) } }
    error_message = "the output says what is to be checked after an apply"
  }
  assert {
    condition     = output.load_balancer_arn_suffix == "app/x/1" && output.target_group_arn_suffix == "targetgroup/x/1" && output.load_balancer_security_group_id == "sg-made" && keys(output.scaling_alarms) == ["high", "low"]
    error_message = "who makes a dashboard finds the names that CloudWatch knows"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watch) + length(aws_cloudwatch_metric_alarm.high) + length(aws_cloudwatch_metric_alarm.low) == 6
    error_message = "docs/generate/costs.py and rates.py count 6 alarms"
  }
}

run "own_in_full" {
  command = plan
  variables {
    dns = { zone = "example.com", hostname = "acme.test.example.com", aliases = ["www.example.com", "shop.acme.org"] }
    load_balancer = {
      internal           = false
      dual_stack         = true
      make_certificate   = true
      certificates       = { "shop.acme.org" = "arn:aws:acm:ap-southeast-2:123456789012:certificate/shop" }
      allowed            = { four = "0.0.0.0/0", six = "::/0" }
      drain_seconds      = 5
      slow_start_seconds = 30
      sticky_seconds     = 3600
      access_logs        = { bucket = "logs" }
    }
    health_check = { path = "/health", codes = "200", interval = 5, timeout = 2, healthy = 2, unhealthy = 5 }
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
    condition     = output.url == "https://acme.test.example.com" && one(aws_route53_record.this["A"].alias).zone_id == "ZSHARED" && output.load_balancer_arn == null && output.load_balancer_dns_name == "shared.elb.example.com"
    error_message = "the name leads to the shared load balancer, whose listener speaks HTTPS"
  }
  assert {
    condition     = length(aws_lb_listener_certificate.this) == 0
    error_message = "the shared listener's own certificate is enough unless another is asked for"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watch) + length(aws_cloudwatch_metric_alarm.high) + length(aws_cloudwatch_metric_alarm.low) == 5
    error_message = "docs/generate/costs.py and rates.py count 5 alarms"
  }
}

run "shared_with_a_certificate_and_an_address_for_every_task" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared", make_certificate = true, certificates = { "*.acme.org" = "arn:aws:acm:ap-southeast-2:123456789012:certificate/acme" } })
    task          = { network_mode = "awsvpc" }
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
  assert {
    condition     = one(values(aws_vpc_security_group_ingress_rule.tasks)).referenced_security_group_id == "sg-shared" && length(aws_vpc_security_group_egress_rule.load_balancer) == 0
    error_message = "the shared load balancer reaches the tasks, by a rule in the tenant's group alone"
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
  variables {
    load_balancer = { mode = "none" }
    dns           = {}
    containers    = { worker = { image = "registry.example.com/worker:1" } }
  }
  assert {
    condition     = length(aws_lb.this) + length(aws_lb_target_group.this) + length(aws_lb_listener_rule.shared) + length(aws_route53_record.this) + length(aws_security_group.load_balancer) == 0
    error_message = "nothing of a way in"
  }
  assert {
    condition     = output.load_balancer_arn_suffix == null && output.target_group_arn_suffix == null && output.url == null && length(one(values(aws_ecs_service.this)).load_balancer) == 0 && one(values(aws_ecs_service.this)).health_check_grace_period_seconds == null && output.services.acme.target_groups == []
    error_message = "a service that nobody calls"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watch) + length(aws_cloudwatch_metric_alarm.high) + length(aws_cloudwatch_metric_alarm.low) == 3
    error_message = "docs/generate/costs.py and rates.py count 3 alarms"
  }
}

run "found_by_other_services" {
  command = plan
  variables {
    load_balancer = { mode = "none" }
    task = {
      network_mode = "awsvpc"
      callers      = { orders = "sg-orders" }
      egress = {
        inside   = { to = "10.0.0.0/8", port = 443 }
        database = { to = "sg-0db", port = 5432, last_port = 5433 }
        storage  = { to = "pl-0a", protocol = "tcp" }
        names    = { to = "2001:db8::/32", protocol = "udp", port = 53 }
        partners = { to = "192.0.2.0/24", protocol = "all" }
      }
    }
    dns = { discovery = { namespace_id = "ns-1", name = "prices" } }
  }
  assert {
    condition     = one(values(aws_service_discovery_service.this)).name == "prices" && one(one(one(values(aws_service_discovery_service.this)).dns_config).dns_records).type == "A"
    error_message = "a task with an address is an A record"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.callers["orders"].referenced_security_group_id == "sg-orders" && aws_vpc_security_group_ingress_rule.callers["orders"].from_port == 8080
    error_message = "those come in who are named"
  }
  assert {
    condition = { for name, rule in aws_vpc_security_group_egress_rule.tasks : name => join(" ", [for part in [rule.description, rule.cidr_ipv4, rule.cidr_ipv6, rule.prefix_list_id, rule.referenced_security_group_id, rule.ip_protocol, rule.from_port, rule.to_port] : part if part != null]) } == {
      inside   = "inside 10.0.0.0/8 tcp 443 443"
      database = "database sg-0db tcp 5432 5433"
      storage  = "storage pl-0a tcp 0 65535"
      names    = "names 2001:db8::/32 udp 53 53"
      partners = "partners 192.0.2.0/24 -1"
    }
    error_message = "tasks reach what is named, and no more"
  }
}

run "found_by_port" {
  variables {
    dns = { zone = "example.com", hostname = "acme.test.example.com", discovery = { namespace_id = "ns-1" } }
  }
  assert {
    condition     = one(values(aws_service_discovery_service.this)).name == "acme" && one(one(one(values(aws_service_discovery_service.this)).dns_config).dns_records).type == "SRV" && one(one(values(aws_ecs_service.this)).service_registries).container_name == "web" && one(one(values(aws_ecs_service.this)).service_registries).container_port == 8080
    error_message = "a dynamic host port is told by an SRV record"
  }
}

run "found_by_another_record_under_one_name" {
  command = plan
  variables {
    dns  = { zone = "example.com", hostname = "acme.test.example.com", discovery = { namespace_id = "ns-1" } }
    task = { network_mode = "awsvpc" }
  }
  expect_failures = [aws_service_discovery_service.this]
}

run "found_by_another_record_under_another_name" {
  command = plan
  variables {
    dns  = { zone = "example.com", hostname = "acme.test.example.com", discovery = { namespace_id = "ns-1", name = "acme-web" } }
    task = { network_mode = "awsvpc" }
  }
  assert {
    condition     = aws_service_discovery_service.this["acme-web"].name == "acme-web" && aws_service_discovery_service.this["acme-web"].force_destroy
    error_message = "a record of another kind needs a name of its own; entries of tasks that are gone do not keep a service"
  }
}

run "an_address_for_every_task" {
  command = plan
  variables {
    task          = { network_mode = "awsvpc", security_groups = { database = "sg-0db" } }
    load_balancer = { security_groups = { office = "sg-0f" } }
    background    = { queued = { resize = {} }, scheduled = { report = { schedule = "rate(1 day)" } } }
  }
  override_resource { # new here; that of the load balancer is there since the first run
    target          = aws_security_group.tasks
    override_during = plan
    values          = { id = "sg-made" }
  }
  assert {
    condition     = { for name, rule in aws_vpc_security_group_egress_rule.tasks : name => "${rule.description} ${rule.cidr_ipv4} ${rule.ip_protocol}" } == { everything = "What the application calls 0.0.0.0/0 -1" }
    error_message = "tasks reach everything unless told otherwise"
  }
  assert {
    condition = alltrue([for groups in [
      one(one(values(aws_ecs_service.this)).network_configuration).security_groups,
      one(aws_ecs_service.worker["resize"].network_configuration).security_groups,
      one(aws_scheduler_schedule.this["report"].target[0].ecs_parameters[0].network_configuration).security_groups,
    ] : join(" ", sort(groups)) == "sg-0db sg-made"]) && join(" ", sort(one(values(aws_lb.this)).security_groups)) == "sg-0f sg-1 sg-made"
    error_message = "further groups are the service's, its workers' and its tasks'; the load balancer has its own"
  }
  assert {
    condition     = one(values(aws_lb_target_group.this)).target_type == "ip" && length(aws_security_group.tasks) == 1 && length(one(values(aws_ecs_service.this)).network_configuration) == 1
    error_message = "awsvpc: targets are addresses, and tasks have a group of their own"
  }
  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.tasks) == ["own-8080"] && keys(aws_vpc_security_group_egress_rule.load_balancer) == ["own-8080"]
    error_message = "the load balancer reaches the tasks at their port, and nothing else does"
  }
}
