# The main branches, without AWS: what is made, what it may do, and what is refused.

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
  mock_data "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:jenkins-admin-AbCdEf", kms_key_id = "alias/ours" }
  }
  mock_data "aws_route53_zone" {
    defaults = { zone_id = "Z0123456789ABCDEFGHIJ" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/x" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:ap-southeast-2:123456789012:log-group:/jenkins/jenkins" }
  }
  mock_resource "aws_efs_file_system" {
    defaults = { arn = "arn:aws:elasticfilesystem:ap-southeast-2:123456789012:file-system/fs-0123456789abcdef0" }
  }
  mock_resource "aws_efs_access_point" {
    defaults = { arn = "arn:aws:elasticfilesystem:ap-southeast-2:123456789012:access-point/fsap-0123456789abcdef0" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:task-definition/x:1" }
  }
  mock_resource "aws_ecs_service" {
    defaults = { task_definition = "arn:aws:ecs:ap-southeast-2:123456789012:task-definition/x:1" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:loadbalancer/app/x/0123456789abcdef" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/x/0123456789abcdef" }
  }
  mock_resource "aws_acm_certificate" {
    defaults = {
      arn                       = "arn:aws:acm:ap-southeast-2:123456789012:certificate/x"
      domain_validation_options = [{ domain_name = "jenkins.example.com", resource_record_name = "_x.jenkins.example.com.", resource_record_type = "CNAME", resource_record_value = "_y.acm-validations.aws." }]
    }
  }
  mock_resource "aws_acm_certificate_validation" {
    defaults = { certificate_arn = "arn:aws:acm:ap-southeast-2:123456789012:certificate/x" }
  }
  mock_resource "aws_service_discovery_service" {
    defaults = { arn = "arn:aws:servicediscovery:ap-southeast-2:123456789012:service/srv-0123456789abcdef" }
  }
}

variables {
  name         = "jenkins"
  image        = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/jenkins-controller:7"
  cluster      = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/jenkins", capacity_provider = "nodes" }
  network      = { vpc_id = "vpc-1", subnets = { a = "subnet-1", b = "subnet-2" }, load_balancer_subnet_ids = ["subnet-3", "subnet-4"] }
  address      = { hostname = "jenkins.example.com", zone = "example.com", allowed = { office = "203.0.113.0/24" } }
  admin_secret = "jenkins-admin"
}

run "one_task_at_most" {
  assert {
    condition     = aws_ecs_service.this.desired_count == 1 && aws_ecs_service.this.deployment_minimum_healthy_percent == 0 && aws_ecs_service.this.deployment_maximum_percent == 100 && aws_ecs_service.this.availability_zone_rebalancing == "DISABLED"
    error_message = "two controllers on one home destroy it"
  }
  assert {
    condition     = length(aws_efs_mount_target.home) == 2 && aws_efs_file_system.home.encrypted && aws_efs_backup_policy.home.backup_policy[0].status == "ENABLED"
    error_message = "the home is in each zone, encrypted, and copied each day"
  }
  assert {
    condition     = alltrue([for volume in aws_ecs_task_definition.this.volume : volume.efs_volume_configuration[0].transit_encryption == "ENABLED" && volume.efs_volume_configuration[0].authorization_config[0].iam == "ENABLED"])
    error_message = "and reached by TLS, with the role"
  }
  assert {
    condition     = one(aws_ecs_service.this.capacity_provider_strategy).capacity_provider == "nodes"
    error_message = "machines come from the cluster's capacity provider"
  }
  assert {
    condition     = join(" ", [for port in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].portMappings : port.containerPort]) == "8080" && length(aws_service_discovery_service.agents) == 0 && output.tunnel == null
    error_message = "with WebSocket no port of agents is open"
  }
  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment, { name = "JENKINS_SLAVE_AGENT_PORT", value = "-1" })
    error_message = "nor does Jenkins listen on one"
  }
  assert {
    condition     = join(" ", sort([for secret in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets : secret.valueFrom])) == "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:jenkins-admin-AbCdEf:password:: arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:jenkins-admin-AbCdEf:username::"
    error_message = "the login comes from the secret alone"
  }
  assert {
    condition     = join(" ", [for rule in aws_vpc_security_group_egress_rule.controller : "${rule.from_port}"]) == "443" && aws_vpc_security_group_ingress_rule.controller.from_port == 8080 && aws_vpc_security_group_ingress_rule.controller.cidr_ipv4 == null
    error_message = "out by HTTPS, in from the load balancer"
  }
  assert {
    condition     = join(" ", sort([for rule in aws_vpc_security_group_ingress_rule.load_balancer : "${rule.cidr_ipv4}:${rule.from_port}"])) == "203.0.113.0/24:443 203.0.113.0/24:80" && aws_lb_listener.redirect.default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "only those who are named come in, and 80 redirects"
  }
  assert {
    condition     = length([for s in jsondecode(aws_iam_role_policy.execution[0].policy).Statement : s if contains(s.Action, "kms:Decrypt")]) == 1 && jsondecode(aws_iam_role_policy.execution[0].policy).Statement[3].Resource == ["arn:aws:ecr:ap-southeast-2:123456789012:repository/jenkins-controller"]
    error_message = "the role that starts it reads this secret, its key and this repository"
  }
  assert {
    condition     = aws_lb.this.name == "jenkins-3a99cfc6" && aws_iam_role.task[0].name == "jenkins-3a99cfc6-controller"
    error_message = "another formula replaces the load balancer and the roles"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.task[0].policy).Statement : s.Sid] == ["Home"] && length(aws_cloudwatch_metric_alarm.down) == 0
    error_message = "Jenkins itself may mount its home and nothing else"
  }
}

run "fargate_and_the_agents_own_protocol" {
  variables {
    capacity      = { kind = "fargate", cpu = 2048, memory = 8192 }
    agents        = { protocol = "tcp", port = 50001 }
    configuration = { bucket = "jenkins-configuration" }
    address       = { hostname = "jenkins.example.com", zone = "example.com", allowed = { all = "0.0.0.0/0" }, certificate_arn = "arn:aws:acm:ap-southeast-2:123456789012:certificate/given" }
    network       = { vpc_id = "vpc-1", subnets = { a = "subnet-1" }, load_balancer_subnet_ids = ["subnet-3", "subnet-4"], outbound = { ssh = 22 } }
    roles         = { path = "/teams/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary", task = { arn = "arn:aws:iam::123456789012:role/teams/ours" } }
    home          = { backup = false, infrequent_after = "never" }
    alarm_topics  = { oncall = "arn:aws:sns:ap-southeast-2:123456789012:oncall" }
    secrets       = { AGENTS_SSH_KEY = "jenkins-agents-key" }
  }
  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets, { name = "AGENTS_SSH_KEY", valueFrom = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:jenkins-admin-AbCdEf" }) && length(jsondecode(aws_iam_role_policy.execution[0].policy).Statement[1].Resource) == 2
    error_message = "a further secret becomes a variable, and the role that starts the task may read it"
  }
  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment, { name = "AWS_REGION", value = "ap-southeast-2" })
    error_message = "what is signed for S3 names the region"
  }
  assert {
    condition     = aws_ecs_service.this.launch_type == "FARGATE" && length(aws_ecs_service.this.capacity_provider_strategy) == 0 && aws_ecs_task_definition.this.requires_compatibilities == toset(["FARGATE"])
    error_message = "by one variable it is on Fargate"
  }
  assert {
    condition     = output.tunnel == "controller.jenkins.internal:50001" && aws_service_discovery_private_dns_namespace.agents[0].name == "jenkins.internal" && contains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment, { name = "JENKINS_SLAVE_AGENT_PORT", value = "50001" })
    error_message = "agents are told a name in the network, and the port that Jenkins has"
  }
  assert {
    condition     = strcontains(one([for v in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : v.value if v.name == "JAVA_OPTS"]), "-Dhudson.TcpSlaveAgentListener.hostName=controller.jenkins.internal ")
    error_message = "as does Jenkins"
  }
  assert {
    condition     = length(aws_iam_role.task) == 0 && output.role_name == "ours" && aws_iam_role.execution[0].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary" && aws_iam_role.execution[0].path == "/teams/" && aws_iam_role.execution[0].name == "jenkins-a6ae6dc4-execution"
    error_message = "a role of the caller's is used; one made here has path and boundary"
  }
  assert {
    condition     = length(aws_acm_certificate.this) == 0 && aws_lb_listener.https.certificate_arn == "arn:aws:acm:ap-southeast-2:123456789012:certificate/given"
    error_message = "a given certificate is used"
  }
  assert {
    condition     = length(aws_efs_file_system.home.lifecycle_policy) == 0 && aws_efs_backup_policy.home.backup_policy[0].status == "DISABLED" && length(aws_cloudwatch_metric_alarm.down) == 1
    error_message = "what is switched off is off, what is asked for is there"
  }
  assert {
    condition     = join(" ", sort([for rule in aws_vpc_security_group_egress_rule.controller : "${rule.from_port}"])) == "22 443"
    error_message = "and one port more is open"
  }
}

run "an_agents_address_that_is_given" {
  variables {
    agents        = { protocol = "tcp", hostname = "agents.example.com", tunnel = "10.0.0.7:443" }
    configuration = { bucket = "jenkins-configuration", key = "all.yaml" }
  }
  assert {
    condition     = strcontains(one([for v in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : v.value if v.name == "JAVA_OPTS"]), "hostName=agents.example.com ") && output.tunnel == "10.0.0.7:443"
    error_message = "Jenkins says that name, and agents connect there"
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.task[0].policy).Statement : "${s.Sid} ${s.Action[0]} ${s.Resource[0]}" if s.Sid != "Home"] == ["Configuration s3:GetObject arn:aws:s3:::jenkins-configuration/all.yaml", "IsThereOne s3:ListBucket arn:aws:s3:::jenkins-configuration"]
    error_message = "it reads that object, and may know that it is not there"
  }
}

run "an_address_without_the_protocol" {
  command = plan

  variables {
    agents  = { hostname = "agents.example.com" }
    secrets = { jenkins_key = "x" }
  }

  expect_failures = [var.agents, var.secrets]
}

run "what_is_refused" {
  command = plan

  variables {
    name          = "Jenkins"
    image         = "jenkins:latest"
    network       = { vpc_id = "vpc-1", subnets = {}, load_balancer_subnet_ids = ["subnet-3"] }
    capacity      = { kind = "machines", cpu = 128, memory = 512 }
    agents        = { protocol = "ssh" }
    configuration = { path = "/var/jenkins_home/casc" }
    admin_secret  = "{\"password\": \"x\"}"
    address       = { hostname = "jenkins.example.org", zone = "example.com", allowed = {} }
    home          = { throughput = "provisioned" }
    roles         = { path = "teams" }
    logs          = { retention_days = 2 }
    jenkins       = { java_options = ["Xmx2g"], environment = { "a-b" = "" }, grace_seconds = 5 }
    alarm_topics  = { oncall = "oncall" }
  }

  expect_failures = [
    var.name, var.image, var.network, var.capacity, var.agents, var.configuration, var.admin_secret, var.address, var.home, var.roles,
    var.logs, var.jenkins, var.alarm_topics,
  ]
}

run "machines_without_a_capacity_provider" {
  command = plan

  variables {
    cluster = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/jenkins" }
  }

  expect_failures = [var.cluster]
}

run "sizes_that_fargate_does_not_sell" {
  command = plan

  variables {
    capacity = { kind = "fargate", cpu = 1024, memory = 3000 }
  }

  expect_failures = [var.capacity]
}
