# The instance types say which processor the image must be for; AWS says what it really is.

data "aws_ec2_instance_type" "offered" {
  for_each = var.capacity.instance_types

  instance_type = each.key

  lifecycle {
    postcondition {
      condition     = self.memory_size > var.node.reserved_memory
      error_message = "node.reserved_memory: ${var.node.reserved_memory} MiB leave no task a place on ${each.key}, which has ${self.memory_size}; reserve less, or take a larger machine."
    }
  }
}

data "aws_ssm_parameter" "machine_image" {
  count = var.machine_image.id == null ? 1 : 0

  name = coalesce(var.machine_image.ssm_parameter, "/aws/service/ecs/optimized-ami/amazon-linux-2023/${local.arm ? "arm64/" : ""}recommended/image_id")
}

data "aws_ami" "nodes" {
  include_deprecated = true # AWS deprecates every image after two years; those who chose one know

  filter {
    name = "image-id"

    # The id is public; only the provider thinks of every parameter as a secret.
    values = [var.machine_image.id == null ? nonsensitive(data.aws_ssm_parameter.machine_image[0].value) : var.machine_image.id]
  }

  lifecycle {
    precondition {
      condition     = alltrue([for type in data.aws_ec2_instance_type.offered : contains(type.supported_architectures, local.architecture)])
      error_message = "capacity.instance_types: ${join(", ", var.capacity.instance_types)} have different processors, and one image cannot run on all; name types of one processor (arm64: those with a g after the generation, such as t4g.medium)."
    }
    postcondition {
      condition     = self.architecture == local.architecture
      error_message = "machine_image: ${self.id} is for ${self.architecture}, but the instance types (${join(", ", var.capacity.instance_types)}) are ${local.architecture}; name an image for them, or leave machine_image out."
    }
    postcondition {
      condition     = !can(regex("(?i)^(amzn2-|bottlerocket|windows)", self.name))
      error_message = "machine_image: ${self.id} is ${self.name}. Nodes need Amazon Linux 2023: another system does not read this module's user data, and would never join the cluster."
    }
    postcondition {
      condition     = alltrue([for volume in self.block_device_mappings : volume.device_name != self.root_device_name || tonumber(try(volume.ebs["volume_size"], 0)) <= var.node.volume_gb])
      error_message = "node.volume_gb: ${var.node.volume_gb} is less than the root volume of ${self.id}; raise it."
    }
  }
}

locals {
  # All of the first type's: the precondition above says whether the others go with it.
  arm          = contains(data.aws_ec2_instance_type.offered[sort(var.capacity.instance_types)[0]].supported_architectures, "arm64")
  architecture = local.arm ? "arm64" : "x86_64"
}
