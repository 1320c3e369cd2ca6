# Where requests come in: a load balancer of the tenant's own, a rule on a shared one, or none.

mock_provider "aws" {
  source = "./tests/mocks"
}

# What AWS gives is known before an apply too: as after one, without making it.
mock_provider "aws" {
  alias           = "known"
  source          = "./tests/mocks"
  override_during = plan
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

run "a_shared_one_and_an_address_for_every_task" {
  command = plan
  variables {
    target = merge(var.target, { mode = "shared", security_group_id = "sg-shared" })
    task   = { network_mode = "awsvpc" }
  }
  assert {
    condition     = one(values(aws_vpc_security_group_ingress_rule.tasks)).referenced_security_group_id == "sg-shared" && length(aws_vpc_security_group_egress_rule.load_balancer) == 0
    error_message = "the shared load balancer reaches the tasks, by a rule in the tenant's group alone"
  }
}

run "none" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    target     = null
    containers = { worker = { image = "registry.example.com/worker:1" } }
  }
  assert {
    condition     = length(one(values(aws_ecs_service.this)).load_balancer) == 0 && one(values(aws_ecs_service.this)).health_check_grace_period_seconds == null && output.services.acme.target_groups == []
    error_message = "a service that nobody calls"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watch) + length(aws_cloudwatch_metric_alarm.high) + length(aws_cloudwatch_metric_alarm.low) == 3
    error_message = "docs/generate/costs.py and rates.py count 3 alarms"
  }
  assert {
    condition     = output.service_name == "acme_d502a5dd"
    error_message = "another name is another service, and every tenant of this kind would move at its next apply"
  }
}

run "found_by_other_services" {
  command = plan
  variables {
    target = null
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
    discovery = { namespace_id = "ns-1", name = "prices" }
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
    discovery = { namespace_id = "ns-1", name = "_api._tcp.acme" }
  }
  assert {
    condition     = one(values(aws_service_discovery_service.this)).name == "_api._tcp.acme" && one(one(one(values(aws_service_discovery_service.this)).dns_config).dns_records).type == "SRV" && one(one(values(aws_ecs_service.this)).service_registries).container_name == "web" && one(one(values(aws_ecs_service.this)).service_registries).container_port == 8080
    error_message = "a dynamic host port is told by an SRV record"
  }
  assert {
    condition     = one(values(aws_service_discovery_service.this)).name == "_api._tcp.acme" && one(one(one(values(aws_service_discovery_service.this)).dns_config).dns_records).type == "SRV"
    error_message = "a name may have labels, and those of SRV records begin with underscores"
  }
}

run "found_by_another_record_under_one_name" {
  command = plan
  variables {
    discovery = { namespace_id = "ns-1", name = "_api._tcp.acme" }
    task      = { network_mode = "awsvpc" }
  }
  expect_failures = [aws_service_discovery_service.this]
}

run "an_address_for_every_task" {
  command = plan
  variables {
    task       = { network_mode = "awsvpc", security_groups = { database = "sg-0db" } }
    discovery  = { namespace_id = "ns-1", name = "acme-web" }
    background = { queued = { resize = {} }, scheduled = { report = { schedule = "rate(1 day)" } } }
  }
  override_resource {
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
    ] : join(" ", sort(groups)) == "sg-0db sg-made"])
    error_message = "further groups are the service's, its workers' and its tasks'"
  }
  assert {
    condition     = length(aws_security_group.tasks) == 1 && length(one(values(aws_ecs_service.this)).network_configuration) == 1
    error_message = "awsvpc: tasks have a group of their own"
  }
  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.tasks) == ["own-8080"] && keys(aws_vpc_security_group_egress_rule.load_balancer) == ["own-8080"]
    error_message = "the load balancer reaches the tasks at their port, and nothing else does"
  }
  assert {
    condition     = aws_service_discovery_service.this["acme-web"].name == "acme-web" && aws_service_discovery_service.this["acme-web"].force_destroy
    error_message = "a record of another kind needs a name of its own; entries of tasks that are gone do not keep a service"
  }
}
