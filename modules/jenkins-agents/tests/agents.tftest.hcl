# The main branches, without AWS: what is made, what the controller may do, and what is refused.

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
    defaults = { arn = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf", kms_key_id = "alias/ours" }
  }
  mock_resource "aws_ecs_cluster" {
    defaults = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/agents" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/x" }
  }
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/x" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:ap-southeast-2:123456789012:log-group:/jenkins/agents" }
  }
  mock_resource "aws_security_group" {
    defaults = { id = "sg-0123456789abcdef0" }
  }
}

variables {
  name       = "agents"
  network    = { vpc_id = "vpc-1", subnet_ids = ["subnet-2", "subnet-1"] }
  controller = { url = "https://jenkins.example.com/" }
  agents     = { deploy = { image = "registry.example.com/jenkins-agent:1" } }
}

run "fargate_alone" {
  assert {
    condition     = length(aws_ecs_cluster.this) == 1 && aws_ecs_cluster_capacity_providers.this[0].capacity_providers == toset(["FARGATE", "FARGATE_SPOT"])
    error_message = "without a cluster one of Fargate is made"
  }
  assert {
    condition     = { for name, rule in aws_vpc_security_group_egress_rule.agents : name => "${rule.cidr_ipv4} ${rule.ip_protocol}" } == { everything = "0.0.0.0/0 -1" }
    error_message = "agents reach everything unless told otherwise"
  }
  assert {
    condition     = join(" ", sort([for rule in aws_vpc_security_group_ingress_rule.controller : "${rule.from_port}"])) == "443 50000"
    error_message = "the controller is reached on HTTPS and the agents' port"
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.controller : rule.referenced_security_group_id == aws_security_group.agents.id && rule.cidr_ipv4 == null])
    error_message = "and by agents alone"
  }
  assert {
    condition     = output.jenkins.cloud.numExecutors == 1 && output.jenkins.cloud.allowedOverrides == "" && output.jenkins.cloud.tunnel == null
    error_message = "the plugin starts nothing with 0 executors, and pipelines override nothing unless it is named"
  }
  assert {
    condition     = output.jenkins.templates.deploy.label == "deploy" && output.jenkins.templates.deploy.launchType == "FARGATE" && length(output.jenkins.templates.deploy.capacityProviderStrategies) == 0
    error_message = "an agent is on Fargate, under its own name, unless said"
  }
  assert {
    condition     = output.jenkins.templates.deploy.subnets == "subnet-1,subnet-2" && length(output.jenkins.templates.deploy.environments) == 0
    error_message = "subnets are one text, in an order that stays"
  }
}

run "the_controller_may_do_no_more" {
  assert {
    condition     = toset([for statement in local.controller_statements : statement.Sid if contains(statement.Resource, "*")]) == toset(["TaskDefinitions"])
    error_message = "only calls without a resource may have every resource"
  }
  assert {
    condition     = one([for statement in local.controller_statements : statement.Condition.ArnEquals["ecs:cluster"] if statement.Sid == "StartAgents"]) == aws_ecs_cluster.this[0].arn
    error_message = "agents are started in this cluster alone"
  }
  assert {
    condition     = one([for statement in local.controller_statements : statement.Resource[0] if statement.Sid == "StartAgents"]) == "arn:aws:ecs:ap-southeast-2:123456789012:task-definition/agents-*:*"
    error_message = "and only from this cloud's task definitions"
  }
  assert {
    condition     = one([for statement in local.controller_statements : statement.Resource if statement.Sid == "HandOverTheAgentsRoles"]) == [aws_iam_role.execution[0].arn, aws_iam_role.task[0].arn]
    error_message = "it may hand over two roles"
  }
  assert {
    condition     = !strcontains(aws_iam_policy.controller.policy, "ecs:*") && !strcontains(aws_iam_policy.controller.policy, "iam:*")
    error_message = "no action is a wildcard"
  }
  assert {
    condition     = length(aws_iam_role_policy_attachment.controller) == 0
    error_message = "nobody's role is changed unless it is named"
  }
}

run "a_web_socket_needs_https_alone" {
  variables {
    controller = { url = "https://jenkins.example.com/", web_socket = true, security_group = { id = "sg-0aaa" }, role_name = "jenkins" }
  }
  assert {
    condition     = join(" ", keys(aws_vpc_security_group_ingress_rule.controller)) == "https" && aws_vpc_security_group_ingress_rule.controller["https"].security_group_id == "sg-0aaa"
    error_message = "the agents' port stays shut"
  }
  assert {
    condition     = length(aws_security_group.controller) == 0 && aws_iam_role_policy_attachment.controller[0].role == "jenkins"
    error_message = "a group and a role that exist are used"
  }
  assert {
    condition     = output.jenkins.templates.deploy.environments == [{ name = "JENKINS_WEB_SOCKET", value = "true" }]
    error_message = "the agent is told so by its environment: the plugin has no field for it"
  }
}

run "machines_and_fargate_side_by_side" {
  variables {
    cluster = { name = "build", arn = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/build", capacity_provider = "nodes-build", vpc_id = "vpc-2", node_subnet_ids = ["subnet-9"] }
    network = {}
    agents = {
      deploy = { image = "registry.example.com/jenkins-agent:1", label = "deploy small", cpu = 2048, memory = 4096 }
      docker = {
        image              = "registry.example.com/jenkins-agent:1"
        capacity           = "machines"
        memory             = 0
        memory_reservation = 1500
        entry_point        = ["/usr/local/bin/jenkins-agent", "-noReconnect"]
        jvm_args           = "-Xmx256m"
        environment        = { ORCHESTRATE_ENGINE = "docker" }
        mounts             = { engine = { path = "/var/run/docker.sock", source = "/var/run/docker.sock" } }
        fields             = { uniqueRemoteFSRoot = "true" }
      }
    }
    registry_secret = "registry-login"
    task_policies   = { deploy = "arn:aws:iam::123456789012:policy/deploy" }
  }
  assert {
    condition     = length(aws_ecs_cluster.this) == 0 && aws_security_group.agents.vpc_id == "vpc-2" && output.jenkins.templates.docker.subnets == "subnet-9"
    error_message = "the cluster that is given brings its network along"
  }
  assert {
    condition     = output.jenkins.templates.docker.capacityProviderStrategies == [{ provider = "nodes-build", base = 0, weight = 1 }]
    error_message = "machines are started through the capacity provider, or nothing would scale them"
  }
  assert {
    condition     = output.jenkins.templates.docker.launchType == "EC2" && output.jenkins.templates.docker.entrypoint == "/usr/local/bin/jenkins-agent -noReconnect" && output.jenkins.templates.docker.uniqueRemoteFSRoot == "true"
    error_message = "every field of a template arrives"
  }
  assert {
    condition     = output.jenkins.templates.docker.mountPoints == [{ name = "engine", sourcePath = "/var/run/docker.sock", containerPath = "/var/run/docker.sock", readOnly = false }]
    error_message = "a machine's path is mounted"
  }
  assert {
    condition     = output.jenkins.templates.deploy.repositoryCredentials == "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf" && strcontains(aws_iam_role_policy.execution[0].policy, "secret:registry-login-AbCdEf")
    error_message = "the registry's login is named, and the execution role may read that one secret"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution[0].policy).Statement : [statement.Resource[0], statement.Condition["ForAnyValue:StringEquals"]["kms:ResourceAliases"], statement.Condition.StringEquals["kms:EncryptionContext:SecretARN"]] if statement.Action == ["kms:Decrypt"]] == [["arn:aws:kms:ap-southeast-2:123456789012:key/*", "alias/ours", "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf"]]
    error_message = "and decrypt it with the key that it names"
  }
  assert {
    condition     = aws_iam_role_policy_attachment.task["deploy"].policy_arn == "arn:aws:iam::123456789012:policy/deploy"
    error_message = "builds may do what task_policies says"
  }
}

run "fargate_spot" {
  variables {
    network = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], public_addresses = true }
    agents  = { deploy = { image = "registry.example.com/jenkins-agent:1", capacity = "fargate_spot" } }
  }
  assert {
    condition     = output.jenkins.templates.deploy.capacityProviderStrategies == [{ provider = "FARGATE_SPOT", base = 0, weight = 1 }] && output.jenkins.templates.deploy.launchType == "FARGATE" && output.jenkins.templates.deploy.assignPublicIp
    error_message = "spot is a capacity provider, and the task definition still one of Fargate"
  }
}

run "no_network_is_refused" {
  command = plan

  variables {
    network = {}
  }
  expect_failures = [var.network]
}

run "another_thing_than_a_cluster_is_refused" {
  command = plan

  variables {
    cluster = { name = "build", arn = "build", capacity_provider = "nodes-build", vpc_id = "vpc-2", node_subnet_ids = ["subnet-9"] }
  }
  expect_failures = [var.cluster]
}

run "machines_without_a_cluster_are_refused" {
  command = plan

  variables {
    agents = { docker = { image = "registry.example.com/jenkins-agent:1", capacity = "machines" } }
  }
  expect_failures = [var.agents]
}

run "a_size_that_fargate_does_not_sell_is_refused" {
  command = plan

  variables {
    agents = { deploy = { image = "registry.example.com/jenkins-agent:1", cpu = 1024, memory = 1024 } }
  }
  expect_failures = [var.agents]
}

run "a_path_of_the_machine_on_fargate_is_refused" {
  command = plan

  variables {
    agents = { deploy = { image = "registry.example.com/jenkins-agent:1", mounts = { engine = { path = "/var/run/docker.sock", source = "/var/run/docker.sock" } } } }
  }
  expect_failures = [var.agents]
}

run "a_field_that_the_plugin_does_not_have_is_refused" {
  command = plan

  variables {
    agents = { deploy = { image = "registry.example.com/jenkins-agent:1", fields = { platformVersoin = "1.4.0" } } }
  }
  expect_failures = [var.agents]
}

run "a_tunnel_beside_a_web_socket_is_refused" {
  command = plan

  variables {
    controller = { url = "https://jenkins.example.com/", web_socket = true, tunnel = "jenkins:50000" }
  }
  expect_failures = [var.controller]
}

run "bad_values_are_refused" {
  command = plan

  variables {
    name               = "Bad_Name"
    controller         = { url = "http://jenkins.example.com/", agent_port = 0, security_group = { id = "default" } }
    cloud              = { executors = 0, allowed_overrides = ["all"] }
    agents             = { deploy = { image = "registry.example.com/jenkins-agent:latest" } }
    task_policies      = { admin = "AdministratorAccess" }
    registry_secret    = "{\"password\": \"x\"}"
    log_retention_days = 2
    insights           = "on"
  }
  expect_failures = [var.name, var.controller, var.cloud, var.agents, var.task_policies, var.registry_secret, var.log_retention_days, var.insights]
}

run "roles_in_a_path_of_their_own" {
  command = plan
  variables {
    roles = { path = "/team/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
  }
  assert {
    condition = { for role in concat(aws_iam_role.execution, aws_iam_role.task) : role.name => "${role.path} ${role.permissions_boundary}" } == {
      for kind in ["execution", "task"] : "agents-cb35e36a-${kind}" => "/team/ arn:aws:iam::123456789012:policy/boundary"
    } && aws_iam_policy.controller.path == "/team/"
    error_message = "each role has the path and the boundary, the controller's policy the path"
  }
}

run "every_name_that_a_hash_makes" {
  command = plan
  assert {
    condition     = [aws_iam_role.execution[0].name, aws_iam_role.task[0].name, aws_iam_policy.controller.name] == [for kind in ["execution", "task", "controller"] : "agents-15b33402-${kind}"]
    error_message = "another formula replaces the roles that others trust"
  }
}

run "roles_of_yours" {
  variables {
    encryption = { logs = "arn:aws:kms:ap-southeast-2:123456789012:key/logs" }
    insights   = "enabled"
    network = {
      vpc_id          = "vpc-1"
      subnet_ids      = ["subnet-2", "subnet-1"]
      security_groups = { files = "sg-0e" }
      egress          = { all = { to = "0.0.0.0/0", port = 443 }, files = { to = "sg-0e", port = 2049 } }
    }
    roles = {
      execution = { arn = "arn:aws:iam::123456789012:role/platform/start" }
      task      = { arn = "arn:aws:iam::123456789012:role/platform/builds" }
    }
  }
  assert {
    condition     = length(aws_iam_role.execution) + length(aws_iam_role.task) + length(aws_iam_role_policy.execution) == 0 && output.task_role_arn == "arn:aws:iam::123456789012:role/platform/builds"
    error_message = "the module makes no role and changes none"
  }
  assert {
    condition     = [output.jenkins.templates.deploy.executionRole, output.jenkins.templates.deploy.taskrole] == ["arn:aws:iam::123456789012:role/platform/start", "arn:aws:iam::123456789012:role/platform/builds"]
    error_message = "agents start with the roles that are given"
  }
  assert {
    condition     = one([for statement in local.controller_statements : statement.Resource if statement.Sid == "HandOverTheAgentsRoles"]) == ["arn:aws:iam::123456789012:role/platform/start", "arn:aws:iam::123456789012:role/platform/builds"]
    error_message = "and the controller may hand them over"
  }
  assert {
    condition     = [aws_cloudwatch_log_group.agents.kms_key_id, aws_cloudwatch_log_group.insights[0].kms_key_id] == ["arn:aws:kms:ap-southeast-2:123456789012:key/logs", "arn:aws:kms:ap-southeast-2:123456789012:key/logs"]
    error_message = "logs have the key that is given"
  }
  assert {
    condition     = output.jenkins.templates.deploy.securityGroups == "sg-0123456789abcdef0,sg-0e" && { for name, rule in aws_vpc_security_group_egress_rule.agents : name => rule.from_port } == { all = 443, files = 2049 }
    error_message = "agents are in the further groups, and reach what is named"
  }
  assert {
    condition     = jsondecode(output.role_policies.execution.policy).Statement[0].Action[0] == "logs:CreateLogStream" && output.role_policies.task.policy == null && jsondecode(output.role_policies.task.trust).Statement[0].Principal.Service == "ecs-tasks.amazonaws.com"
    error_message = "what they must be allowed is said"
  }
}

run "roles_that_are_none" {
  command = plan
  variables {
    roles         = { path = "team", permissions_boundary = "boundary", task = { arn = "builds" } }
    encryption    = { logs = "alias/logs" }
    network       = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], security_groups = { files = "files" }, egress = { files = { to = "files", protocol = "icmp" } } }
    task_policies = { read = "arn:aws:iam::aws:policy/ReadOnlyAccess" }
  }
  expect_failures = [var.roles, var.encryption, var.network]
}
