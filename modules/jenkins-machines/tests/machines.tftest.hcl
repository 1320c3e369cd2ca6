# Every branch, without AWS: what Jenkins is told, what it may do, and what is refused.

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
  mock_data "aws_default_tags" {
    defaults = { tags = { Stack = "jenkins" } }
  }
  mock_data "aws_ec2_instance_type" {
    defaults = { default_vcpus = 2 }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/x" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/x" }
  }
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/x" }
  }
  mock_resource "aws_security_group" {
    defaults = { id = "sg-0123456789abcdef0" }
  }
}

variables {
  name       = "machines"
  network    = { vpc_id = "vpc-1", subnet_ids = ["subnet-2", "subnet-1"] }
  controller = { security_group_id = "sg-0c", role_name = "controller" }
  key        = { public_key = "ssh-ed25519 AAAAC3Nza jenkins" }
  agents     = { docker = { image_id = "ami-0123456789abcdef0", label = "build docker" } }
}

run "a_machine_as_the_plugin_is_told" {
  assert {
    condition     = output.jenkins.templates.docker.numExecutors == "2" && output.jenkins.templates.docker.subnetId == "subnet-1 subnet-2" && output.jenkins.templates.docker.spotConfig == null
    error_message = "as many executors as processors, in each subnet, on demand"
  }
  assert {
    condition     = output.jenkins.templates.docker.metadataTokensRequired && output.jenkins.templates.docker.ebsEncryptRootVolume == "ENCRYPTED" && output.jenkins.templates.docker.connectionStrategy == "PRIVATE_IP" && output.jenkins.templates.docker.hostKeyVerificationStrategy == "CHECK_NEW_SOFT"
    error_message = "IMDSv2, encrypted, by its private address, its host key checked"
  }
  assert {
    condition     = contains(output.jenkins.templates.docker.tags, { name = "JenkinsAgents", value = "machines" }) && contains(output.jenkins.templates.docker.tags, { name = "Stack", value = "jenkins" })
    error_message = "it is marked as this cloud's, and has the stack's tags"
  }
  assert {
    condition     = output.jenkins.cloud.sshKeysCredentialsId == output.jenkins.key.id && output.jenkins.key.username == "ec2-user" && output.jenkins.key.variable == "AGENTS_SSH_KEY"
    error_message = "the key is a credential from a variable of the controller"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.agents.from_port == 22 && aws_vpc_security_group_ingress_rule.agents.referenced_security_group_id == "sg-0c" && join(" ", [for rule in aws_vpc_security_group_egress_rule.agents : "${rule.from_port}"]) == "443"
    error_message = "SSH from the controller alone, out by HTTPS"
  }
  assert {
    condition     = alltrue([for s in jsondecode(aws_iam_policy.controller.policy).Statement : s.Resource != ["*"] || s.Sid == "Look"]) && one([for s in jsondecode(aws_iam_policy.controller.policy).Statement : s.Condition if s.Sid == "EndWhatIsMarked"]) == { StringEquals = { "aws:ResourceTag/JenkinsAgents" = "machines" } }
    error_message = "the controller ends what is marked, and nothing else"
  }
  assert {
    condition     = one([for s in jsondecode(aws_iam_policy.controller.policy).Statement : s if s.Sid == "HandOverTheAgentsRole"]).Condition.StringEquals["iam:PassedToService"] == "ec2.amazonaws.com"
    error_message = "and hands this role to machines alone"
  }
  assert {
    condition     = length(aws_iam_role_policy_attachment.agents) == 0
    error_message = "a build may do nothing that is not given"
  }
}

run "spot_and_what_else_can_be_said" {
  variables {
    network         = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], security_groups = { proxy = "sg-0e" }, outbound = { ssh = 22 } }
    session_manager = true
    policies        = { pipelines = "arn:aws:iam::123456789012:policy/pipelines" }
    roles           = { path = "/team/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
    agents = {
      cheap = { image_id = "ami-0123456789abcdef0", instance_type = "c6i.xlarge", spot = { max_price = "0.06", fallback = false }, executors = 1, max_uses = 1, fields = { jvmopts = "-Xmx1g" } }
    }
  }
  assert {
    condition     = output.jenkins.templates.cheap.spotConfig == { useBidPrice = true, spotMaxBidPrice = "0.06", fallbackToOndemand = false } && output.jenkins.templates.cheap.numExecutors == "1" && output.jenkins.templates.cheap.maxTotalUses == 1 && output.jenkins.templates.cheap.labelString == "cheap" && output.jenkins.templates.cheap.jvmopts == "-Xmx1g"
    error_message = "what is said is what the plugin gets"
  }
  assert {
    condition     = output.jenkins.templates.cheap.securityGroups == "sg-0123456789abcdef0 sg-0e" && length(aws_vpc_security_group_egress_rule.agents) == 2
    error_message = "a group and a port more"
  }
  assert {
    condition     = length(aws_iam_role_policy_attachment.agents) == 2 && aws_iam_role.agents[0].path == "/team/" && aws_iam_role.agents[0].name != "machines-agents"
    error_message = "policies, shell, path and boundary"
  }
}

run "every_name_that_a_hash_makes" {
  command = plan
  assert {
    condition     = [aws_key_pair.agents.key_name, aws_iam_role.agents[0].name, aws_iam_policy.controller.name] == ["machines-1a5c6b4b", "machines-1a5c6b4b-agents", "machines-1a5c6b4b-controller"]
    error_message = "another formula replaces the key pair that Jenkins looks for, and the role that others trust"
  }
}

run "a_role_of_yours" {
  variables {
    roles = { agents = { role_arn = "arn:aws:iam::123456789012:role/ours", instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/ours" } }
  }
  assert {
    condition     = length(aws_iam_role.agents) == 0 && output.jenkins.templates.docker.iamInstanceProfile == "arn:aws:iam::123456789012:instance-profile/ours" && output.role_arn == "arn:aws:iam::123456789012:role/ours"
    error_message = "none is made"
  }
}

run "what_is_refused" {
  command = plan

  variables {
    name         = "Machines"
    network      = { vpc_id = "vpc-1", subnet_ids = [], outbound = { x = 0 } }
    controller   = { security_group_id = "sg-0c", role_name = "arn:aws:iam::123456789012:role/controller" }
    key          = { public_key = "-----BEGIN OPENSSH PRIVATE KEY-----", variable = "key" }
    agents       = { "a b" = { image_id = "latest", idle_minutes = 0, host_key = "OFF" }, c = { image_id = "ami-0123456789abcdef0", user = "other" } }
    max_machines = 0
    roles        = { path = "teams", permissions_boundary = "x" }
  }

  expect_failures = [var.name, var.network, var.controller, var.key, var.agents, var.max_machines, var.roles]
}

run "a_controller_s_group_by_its_name" {
  command = plan

  variables {
    controller = { security_group_id = "controller", role_name = "controller" }
  }

  expect_failures = [var.controller]
}

run "policies_that_are_none" {
  command = plan

  variables {
    policies = { x = "x" }
  }

  expect_failures = [var.policies]
}
