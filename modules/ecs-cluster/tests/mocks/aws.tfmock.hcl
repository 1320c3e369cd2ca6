# What AWS would answer, where the module or the provider looks at it.

mock_data "aws_region" {
  defaults = { name = "ap-southeast-2" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
}

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_ec2_instance_type" {
  defaults = { supported_architectures = ["x86_64"], memory_size = 4096 }
}

mock_data "aws_ami" {
  defaults = { id = "ami-0123456789abcdef0", architecture = "x86_64", root_device_name = "/dev/xvda", block_device_mappings = [] }
}

mock_data "aws_ssm_parameter" {
  defaults = { value = "ami-0123456789abcdef0" }
}

mock_data "aws_default_tags" {
  defaults = { tags = { Stack = "appcluster-test" } }
}

mock_data "aws_secretsmanager_secret" {
  defaults = { arn = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf", kms_key_id = "" }
}

mock_data "aws_vpc" {
  defaults = { cidr_block = "172.31.0.0/16" }
}

mock_resource "aws_vpc" {
  defaults = { ipv6_cidr_block = "2001:db8:1200::/56" }
}

mock_resource "aws_ecs_cluster" {
  defaults = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/appcluster-test" }
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

mock_resource "aws_lb" {
  defaults = { arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:loadbalancer/app/x/0123456789abcdef" }
}

mock_resource "aws_lb_listener" {
  defaults = { arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:listener/app/x/0123456789abcdef/0123456789abcdef" }
}
