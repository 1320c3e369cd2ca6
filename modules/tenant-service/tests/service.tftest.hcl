# The main branches, without AWS: what is made, and what is refused.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "ap-southeast-2" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/x" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:loadbalancer/app/x/1" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/x/1" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:task-definition/x:1" }
  }
  mock_resource "aws_appautoscaling_policy" {
    defaults = { arn = "arn:aws:autoscaling:ap-southeast-2:123456789012:scalingPolicy:1:resource/ecs/service/x/y:policyName/z" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:ap-southeast-2:123456789012:log-group:x" }
  }
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
}

run "the_shortest_call" {
  assert {
    condition     = output.url == "http://acme.test.example.com"
    error_message = "without a certificate the URL is HTTP"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].portMappings[0].hostPort == 0
    error_message = "bridge mode takes dynamic host ports"
  }
  assert {
    condition     = aws_ecs_task_definition.this.skip_destroy && aws_ecs_service.this.wait_for_steady_state
    error_message = "old revisions stay, and an apply waits"
  }
  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback
    error_message = "a version that does not start is rolled back"
  }
  assert {
    condition     = contains(aws_cloudwatch_metric_alarm.high.alarm_actions, aws_appautoscaling_policy.out.arn) && one(aws_appautoscaling_policy.out.step_scaling_policy_configuration[0].step_adjustment).scaling_adjustment == 1
    error_message = "the high alarm scales out"
  }
  assert {
    condition     = one(aws_appautoscaling_policy.in.step_scaling_policy_configuration[0].step_adjustment).scaling_adjustment == -1
    error_message = "the low alarm takes a task away"
  }
  assert {
    condition     = join(" ", keys(aws_route53_record.this)) == "A" && length(aws_lb_listener.redirect) == 0 && join(" ", keys(aws_vpc_security_group_ingress_rule.load_balancer)) == "everyone-http"
    error_message = "HTTP and IPv4 only"
  }
  assert {
    condition     = length(aws_lb.this.name) <= 32 && length(aws_lb_target_group.this.name) <= 32
    error_message = "load balancers take 32 characters"
  }
}

run "names_one" {
  command = plan
  variables {
    stack  = "a-b"
    tenant = "c"
  }
}

run "names_do_not_collide" {
  command = plan
  variables {
    stack  = "a"
    tenant = "b-c"
  }
  assert {
    condition     = output.name != run.names_one.name
    error_message = "a-b + c and a + b-c must have different names"
  }
}

run "long_names_fit" {
  command = plan
  variables {
    stack  = "a123456789-123456789-123456789x"
    tenant = "b123456789-123456789-123456789x"
  }
  assert {
    condition     = length(output.name) <= 32 && length(aws_iam_role.execution.name) <= 64 && can(regex("^[a-z0-9-]+[a-z0-9]$", output.name))
    error_message = "names must fit their limits"
  }
}

run "https_with_redirect" {
  command = plan
  variables {
    load_balancer = { certificate_arn = "arn:aws:acm:ap-southeast-2:123456789012:certificate/1", allowed = { office = "203.0.113.0/24" } }
  }
  assert {
    condition     = aws_lb_listener.this.port == 443 && aws_lb_listener.redirect[0].default_action[0].type == "redirect" && output.url == "https://acme.test.example.com"
    error_message = "with a certificate: HTTPS, and HTTP is sent there"
  }
  assert {
    condition     = join(" ", keys(aws_vpc_security_group_ingress_rule.load_balancer)) == "office-http office-https"
    error_message = "who may connect may connect to both"
  }
}

run "both_kinds_of_addresses" {
  command = plan
  variables {
    load_balancer = { dual_stack = true, allowed = { four = "0.0.0.0/0", six = "::/0" } }
  }
  assert {
    condition     = join(" ", keys(aws_route53_record.this)) == "A AAAA" && aws_vpc_security_group_ingress_rule.load_balancer["six-http"].cidr_ipv6 == "::/0"
    error_message = "dual stack has both records"
  }
}

run "an_address_for_every_task" {
  command = plan
  variables {
    task = { network_mode = "awsvpc" }
  }
  assert {
    condition     = aws_lb_target_group.this.target_type == "ip" && length(aws_security_group.tasks) == 1 && length(aws_ecs_service.this.network_configuration) == 1
    error_message = "awsvpc: targets are addresses, and tasks have a group of their own"
  }
}

run "several_containers_and_secrets" {
  variables {
    containers = {
      web = {
        image        = "registry.example.com/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        port         = 8080
        entry_point  = ["/entry"]
        command      = ["serve"]
        environment  = { B = "2", A = "1" }
        secrets      = { PASSWORD = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:db-AbCdEf:password::", KEY = "arn:aws:ssm:ap-southeast-2:123456789012:parameter/key" }
        after        = { proxy = "START" }
        health_check = { command = ["CMD", "/healthy"] }
      }
      proxy = { image = "proxy:1.2", port = 9090, essential = false, memory = 64, memory_reservation = 32 }
    }
    front = "web"
  }
  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : container.name] == ["proxy", "web"]
    error_message = "containers come in the order of their names"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[1].environment[0].name == "A"
    error_message = "variables come in the order of their names, so that no plan shows a change of order"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Resource if contains(statement.Action, "secretsmanager:GetSecretValue")][0] == ["arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:db-AbCdEf"]
    error_message = "permission is for the secret itself, without the key in it"
  }
  assert {
    condition     = one(aws_ecs_service.this.load_balancer).container_name == "web" && one(aws_ecs_service.this.load_balancer).container_port == 8080
    error_message = "requests go to the front container"
  }
}

run "tasks_by_the_clock" {
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 day)", command = ["report"] } }
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.scheduled["report"].container_definitions)[0].command == ["report"] && jsondecode(aws_ecs_task_definition.scheduled["report"].container_definitions)[0].portMappings == []
    error_message = "a scheduled task has its own command and no port"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule[0].policy).Statement[0].Resource == ["arn:aws:ecs:ap-southeast-2:123456789012:task-definition/${output.name}-report:*"]
    error_message = "the schedule may start its own task and no other"
  }
}

run "latest_is_refused" {
  command = plan
  variables {
    containers = { web = { image = "registry.example.com/web:latest", port = 8080 } }
  }
  expect_failures = [var.containers]
}

run "an_image_without_a_tag_is_refused" {
  command = plan
  variables {
    containers = { web = { image = "registry.example.com:5000/web", port = 8080 } }
  }
  expect_failures = [var.containers]
}

run "a_secret_in_clear_is_refused" {
  command = plan
  variables {
    containers = { web = { image = "web:1", port = 8080, secrets = { PASSWORD = "hunter2" } } }
  }
  expect_failures = [var.containers]
}

run "two_ports_need_a_front" {
  command = plan
  variables {
    containers = { one = { image = "web:1", port = 80 }, two = { image = "web:1", port = 81 } }
  }
  expect_failures = [var.front]
}

run "bad_values_are_refused" {
  command = plan
  variables {
    tenant             = "Acme"
    task               = { network_mode = "host" }
    deployment         = { placement = "best", max_percent = 100 }
    scaling            = { min = 3, max = 2, low = { cpu = 80 } }
    load_balancer      = { drain_seconds = 300, allowed = { office = "everybody" } }
    health_check       = { path = "health", timeout = 20 }
    dns                = { zone = "example.com", hostname = "acme.example.org" }
    log_retention_days = 2
    scheduled_tasks    = { report = { schedule = "daily", command = [] } }
  }
  expect_failures = [var.tenant, var.task, var.deployment, var.scaling, var.load_balancer, var.health_check, var.dns, var.log_retention_days, var.scheduled_tasks]
}
