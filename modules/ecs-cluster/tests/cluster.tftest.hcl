# The main branches, without AWS: what is made, and what is refused.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "ap-southeast-2" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_ssm_parameter" {
    defaults = { value = "ami-0123456789abcdef0" }
  }
  mock_data "aws_default_tags" {
    defaults = { tags = { Stack = "appcluster-test" } }
  }
  mock_data "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf" }
  }
  mock_resource "aws_autoscaling_group" {
    defaults = { arn = "arn:aws:autoscaling:ap-southeast-2:123456789012:autoScalingGroup:0:autoScalingGroupName/x" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/x" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0123456789abcdef0", latest_version = 1 }
  }
}

variables {
  name = "appcluster-test"
}

run "a_name_is_enough" {
  assert {
    condition     = length(aws_launch_template.nodes) == 1 && length(aws_launch_configuration.nodes) == 0
    error_message = "the default is the launch template: new AWS accounts know no launch configuration"
  }
  assert {
    condition     = aws_launch_template.nodes[0].metadata_options[0].http_tokens == "required" && aws_launch_template.nodes[0].metadata_options[0].http_put_response_hop_limit == 1
    error_message = "containers must not reach the node's credentials"
  }
  assert {
    condition     = length(aws_subnet.public) == 2 && length(aws_subnet.private) == 0 && length(aws_nat_gateway.this) == 0
    error_message = "the small network is two public subnets"
  }
  assert {
    condition     = anytrue([for tag in aws_autoscaling_group.nodes.tag : tag.key == "AmazonECSManaged"]) && anytrue([for tag in aws_autoscaling_group.nodes.tag : tag.key == "Stack"])
    error_message = "the group carries the provider's tags and the one that ECS would add"
  }
  assert {
    condition     = aws_autoscaling_group.nodes.force_delete && aws_autoscaling_group.nodes.protect_from_scale_in
    error_message = "protected machines need force_delete, or a destroy never ends"
  }
  assert {
    condition     = strcontains(local.user_data, "ECS_CLUSTER=appcluster-test\n") && strcontains(local.user_data, "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n")
    error_message = "the user data must join the cluster and drain on a spot interruption"
  }
  assert {
    condition     = !strcontains(local.user_data, "secretsmanager")
    error_message = "without a registry secret nothing is fetched"
  }
}

run "classic_with_spot_bid" {
  command = plan

  variables {
    capacity = { kind = "launch_configuration", instance_types = ["t3.medium"], spot_max_price = "0.03" }
  }
  assert {
    condition     = length(aws_launch_template.nodes) == 0 && aws_launch_configuration.nodes[0].spot_price == "0.03"
    error_message = "the launch configuration carries the bid"
  }
  assert {
    condition     = aws_launch_configuration.nodes[0].root_block_device[0].encrypted && aws_launch_configuration.nodes[0].metadata_options[0].http_tokens == "required"
    error_message = "the classic way is no less safe"
  }
}

run "mixed_instances" {
  command = plan

  variables {
    capacity = { instance_types = ["m6i.large", "m5.large"], spot_max_price = "0.05", on_demand_base = 2, on_demand_percent = 50, min = 2, max = 9 }
  }
  assert {
    condition     = length(aws_autoscaling_group.nodes.mixed_instances_policy[0].launch_template[0].override) == 2
    error_message = "every instance type is an override"
  }
  assert {
    condition     = aws_autoscaling_group.nodes.mixed_instances_policy[0].instances_distribution[0].spot_max_price == "0.05"
    error_message = "the maximum spot price reaches the policy"
  }
}

run "private_nodes_behind_one_gateway" {
  variables {
    network = { cidr = "10.48.0.0/16", zones = ["a", "c"], nat = "one" }
  }
  assert {
    condition     = join(" ", keys(aws_nat_gateway.this)) == "a" && length(aws_route_table.private) == 2
    error_message = "one gateway serves the private subnets of all zones"
  }
  assert {
    condition     = aws_subnet.public["c"].cidr_block == "10.48.32.0/20" && aws_subnet.private["c"].cidr_block == "10.48.160.0/20"
    error_message = "a zone's letter fixes its addresses, whichever zones there are"
  }
  assert {
    condition     = output.node_subnet_ids == toset([for subnet in aws_subnet.private : subnet.id]) && !aws_subnet.public["a"].map_public_ip_on_launch
    error_message = "nodes are in the private subnets"
  }
}

run "a_network_that_exists" {
  command = plan

  variables {
    network = { vpc_id = "vpc-1", node_subnet_ids = ["subnet-1"], load_balancer_subnet_ids = ["subnet-2", "subnet-3"] }
  }
  assert {
    condition     = length(aws_vpc.this) == 0 && length(aws_subnet.public) == 0 && output.vpc_id == "vpc-1"
    error_message = "nothing is made beside a network that exists"
  }
}

run "registry_login_is_fetched_not_written" {
  variables {
    registry_secret = "registry-login"
  }
  assert {
    condition     = strcontains(local.user_data, "--secret-id 'arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf'")
    error_message = "user data holds the secret's ARN"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.registry[0].policy).Statement[0].Resource == "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf"
    error_message = "the nodes may read this secret and no other"
  }
}

run "login_in_user_data_is_refused" {
  command = plan

  variables {
    agent_settings = { ECS_ENGINE_AUTH_DATA = "{}" }
  }
  expect_failures = [var.agent_settings]
}

run "bad_values_are_refused" {
  command = plan

  variables {
    name            = "Bad_Name"
    network         = { vpc_id = "vpc-1", nat = "two" }
    capacity        = { kind = "launch_configuration", spot_max_price = "0.00", min = 3, max = 2 }
    machine_image   = { id = "latest" }
    registry_secret = "{\"password\": \"x\"}"
    node_policies   = { shell = "AmazonSSMManagedInstanceCore" }
    insights        = { mode = "on" }
  }
  expect_failures = [var.name, var.network, var.capacity, var.machine_image, var.registry_secret, var.node_policies, var.insights]
}
