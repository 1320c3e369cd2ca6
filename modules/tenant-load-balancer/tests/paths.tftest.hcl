# Several services of one tenant: which request is whose.

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

  targets = {
    service1 = { target_type = "instance", priority = 10101 }
    api      = { target_type = "instance", priority = 102, path = "/api/*" }
    v2       = { target_type = "ip", priority = 101, path = "/api/v2/*" }
    exact    = { target_type = "instance", priority = 103, path = "/api/" }
  }

  serving = { service1 = "first", api = "a", v2 = "b", exact = "c", worker = "d" }
  dns     = { zone = "example.com", hostname = "acme.test.example.com" }

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
  assert {
    condition     = { for key, rule in aws_lb_listener_rule.path : key => one(one(rule.condition).path_pattern).values } == { for service, path in { api = "/api/*", exact = "/api/", v2 = "/api/v2/*" } : service => toset([path]) }
    error_message = "a rule for each path; the listener itself leads to the service that has none"
  }
  assert {
    condition     = aws_lb_listener_rule.path["v2"].priority < aws_lb_listener_rule.path["exact"].priority && aws_lb_listener_rule.path["exact"].priority < aws_lb_listener_rule.path["api"].priority
    error_message = "what is part of another path is asked first"
  }
  assert {
    condition     = min([for rule in aws_lb_listener_rule.attached : rule.priority]...) > max([for rule in aws_lb_listener_rule.path : rule.priority]...) && length(distinct([for rule in concat(values(aws_lb_listener_rule.attached), values(aws_lb_listener_rule.path)) : rule.priority])) == 6
    error_message = "what only makes ECS take a target group comes last"
  }
  assert {
    condition     = { for key, group in aws_lb_target_group.this : key => group.target_type } == { first = "instance", "api instance-own-public" = "instance", "exact instance-own-public" = "instance", "v2 ip-own-public-instance" = "ip" }
    error_message = "a target group each"
  }
  assert {
    condition     = one(values(aws_lb_listener.http)).default_action[0].target_group_arn == aws_lb_target_group.this["first"].arn && join(" ", keys(terraform_data.serving.input)) == "moving names service service api service exact service v2 service worker way_in"
    error_message = "and the tenant's names wait for all of them"
  }
}

run "one_to_tasks_with_addresses" {
  command = plan
  variables {
    targets = merge(var.targets, { api = { target_type = "ip", path = "/api/*" } })
  }
  assert {
    condition     = contains(keys(aws_lb_listener_rule.attached), "api ip-own-public-instance") && keys(aws_lb_listener_rule.path) == ["api", "exact", "v2"]
    error_message = "the new target group is attached before, and the service's own rule turns in place"
  }
  assert {
    condition     = keys(aws_lb.this) == ["first"] && aws_lb_listener_rule.path["api"].priority == run.own.numbers.api
    error_message = "nothing else changes"
  }
}

run "one_more" {
  command = plan
  variables {
    targets = merge(var.targets, { events = { target_type = "instance", path = "/api/v2/events/*" } })
  }
  assert {
    condition     = { for service, number in run.own.numbers : service => aws_lb_listener_rule.path[service].priority } == run.own.numbers
    error_message = "no other rule changes"
  }
}

run "no_service_for_every_path" {
  command = plan
  variables {
    targets = { api = { target_type = "instance", path = "/api/*" } }
  }
  assert {
    condition     = one(values(aws_lb_listener.http)).default_action[0].type == "fixed-response"
    error_message = "what no service answers is not found"
  }
}

run "behind_https" {
  command = plan
  variables {
    load_balancer = { certificate_arn = "arn:aws:acm:ap-southeast-2:123456789012:certificate/1" }
  }
  assert {
    condition     = one(values(aws_lb_listener.http)).default_action[0].type == "redirect" && length(aws_lb_listener.https) == 1
    error_message = "the rules are those of the listener that serves"
  }
}

run "shared" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
  }
  assert {
    condition     = { for key, rule in aws_lb_listener_rule.shared : split(" ", key)[0] => rule.priority } == { instance-shared = 10101, api = 102, exact = 103, v2 = 101 } && length(aws_lb_listener_rule.path) + length(aws_lb_listener_rule.attached) == 0
    error_message = "a rule for each service, of the priority given"
  }
  assert {
    condition     = [for condition in aws_lb_listener_rule.shared["api instance-shared"].condition : one(condition.host_header[*].values) if length(condition.host_header) > 0] == [toset(["acme.test.example.com"])] && [for condition in aws_lb_listener_rule.shared["api instance-shared"].condition : one(condition.path_pattern[*].values) if length(condition.path_pattern) > 0] == [toset(["/api/*"])]
    error_message = "by host name and path"
  }
}

run "a_path_that_is_new_on_a_shared_load_balancer" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    targets       = merge(var.targets, { v2 = merge(var.targets.v2, { joining = true }), service1 = merge(var.targets.service1, { joining = true }) })
  }
  assert {
    condition     = { for key, rule in aws_lb_listener_rule.shared : key => flatten([for condition in rule.condition : [for header in condition.http_header : header.http_header_name]]) if length(rule.condition) == 3 } == { "v2 ip-shared" = ["X-Target-Group"] }
    error_message = "no client is led there before the service is steady; who answers for every path is asked at once"
  }
}

run "a_path_that_is_new_of_many_names" {
  command = plan
  variables {
    dns           = merge(var.dns, { aliases = ["a.example.com", "b.example.com", "c.example.com"] })
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    targets       = merge(var.targets, { v2 = merge(var.targets.v2, { joining = true }) })
  }
  assert {
    condition     = alltrue([for rule in aws_lb_listener_rule.shared : sum([for condition in rule.condition : sum([for values in concat([for header in condition.host_header : header.values], [for pattern in condition.path_pattern : pattern.values], [for header in condition.http_header : header.values]) : length(values)])]) <= 5])
    error_message = "a rule holds five values"
  }
}

run "a_narrower_path_moves" {
  command = plan
  variables {
    load_balancer = merge(var.load_balancer, { mode = "shared" })
    targets       = merge(var.targets, { v2 = { target_type = "instance", priority = 101, path = "/api/v2/*", moving = { turned = 2101, aside = { instance = 3101, ip = 4101 } } } })
  }
  assert {
    condition     = { for key, rule in aws_lb_listener_rule.shared : split(" ", key)[0] => rule.priority } == { instance-shared = 14101, api = 4102, exact = 103, v2 = 4101 } && aws_lb_listener_rule.turned["v2"].priority == 2101
    error_message = "wider paths step aside as far, and stay behind; others stay"
  }
  assert {
    condition     = length(aws_lb_listener_rule.shared["api instance-shared"].action[0].forward) == 0 && length(aws_lb_listener_rule.shared["v2 ip-shared"].action[0].forward) == 1
    error_message = "only the one that moves has both target groups"
  }
}
