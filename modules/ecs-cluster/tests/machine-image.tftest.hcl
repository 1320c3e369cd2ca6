# Image, processor and memory: refused by what AWS says of them, not by their names.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "ap-southeast-2" }
  }
  mock_data "aws_ec2_instance_type" {
    defaults = { supported_architectures = ["x86_64"], memory_size = 4096 }
  }
  mock_data "aws_ami" {
    defaults = { id = "ami-0123456789abcdef0", architecture = "x86_64", root_device_name = "/dev/xvda", block_device_mappings = [{ device_name = "/dev/xvda", ebs = { volume_size = "30" } }, { device_name = "/dev/xvdcz", ebs = { volume_size = "500" } }] }
  }
}

variables {
  name = "appcluster-test"
}

# says: machine_image: ami-0123456789abcdef0 is for x86_64, but the instance types (t4g.medium) are arm64
run "an_image_for_another_processor" {
  command = plan

  variables {
    capacity      = { instance_types = ["t4g.medium"] }
    machine_image = { id = "ami-0123456789abcdef0" }
  }
  override_data {
    target = data.aws_ec2_instance_type.offered
    values = { supported_architectures = ["arm64"], memory_size = 4096 }
  }
  expect_failures = [data.aws_ami.nodes]
}

# says: capacity.instance_types: t3.medium, t4g.medium have different processors
run "types_of_two_processors" {
  command = plan

  variables {
    capacity = { instance_types = ["t3.medium", "t4g.medium"] }
  }
  override_data {
    target = data.aws_ec2_instance_type.offered["t4g.medium"]
    values = { supported_architectures = ["arm64"], memory_size = 4096 }
  }
  expect_failures = [data.aws_ami.nodes]
}

# says: node.reserved_memory: 4096 MiB leave no task a place on t3.medium, which has 4096
run "memory_beyond_the_machine" {
  command = plan

  variables {
    capacity = { instance_types = ["t3.medium"] }
    node     = { reserved_memory = 4096 }
  }
  expect_failures = [data.aws_ec2_instance_type.offered]
}

# says: node.volume_gb: 30 is less than the root volume of ami-0123456789abcdef0
run "an_image_larger_than_the_volume" {
  command = plan

  override_data {
    target = data.aws_ami.nodes
    values = { id = "ami-0123456789abcdef0", architecture = "x86_64", root_device_name = "/dev/xvda", block_device_mappings = [{ device_name = "/dev/xvda", ebs = { volume_size = "80" } }] }
  }
  expect_failures = [data.aws_ami.nodes]
}

# says: machine_image: ami-0123456789abcdef0 is bottlerocket-aws-ecs-2-x86_64-v1.20.0
run "an_image_of_another_system" {
  command = plan

  override_data {
    target = data.aws_ami.nodes
    values = { id = "ami-0123456789abcdef0", name = "bottlerocket-aws-ecs-2-x86_64-v1.20.0", architecture = "x86_64", root_device_name = "/dev/xvda", block_device_mappings = [] }
  }
  expect_failures = [data.aws_ami.nodes]
}

# says: machine_image: ami-0123456789abcdef0 is amzn2-ami-ecs-hvm-2.0
run "an_image_of_the_system_before" {
  command = plan

  override_data {
    target = data.aws_ami.nodes
    values = { id = "ami-0123456789abcdef0", name = "amzn2-ami-ecs-hvm-2.0.20240131-x86_64-ebs", architecture = "x86_64", root_device_name = "/dev/xvda", block_device_mappings = [] }
  }
  expect_failures = [data.aws_ami.nodes]
}
