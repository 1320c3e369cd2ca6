# How a machine starts: a launch template or a classic launch configuration, one of the two.

data "aws_ssm_parameter" "machine_image" {
  count = var.machine_image.id == null ? 1 : 0

  name = var.machine_image.ssm_parameter
}

locals {
  classic = var.capacity.kind == "launch_configuration"

  # The id is public; only the provider thinks of every parameter as a secret.
  image_id = var.machine_image.id == null ? nonsensitive(data.aws_ssm_parameter.machine_image[0].value) : var.machine_image.id

  agent_settings = merge({
    ECS_CLUSTER                       = aws_ecs_cluster.this.name
    ECS_ENABLE_SPOT_INSTANCE_DRAINING = "true"

    # Images have tags that never change, so what is on the machine is right.
    ECS_IMAGE_PULL_BEHAVIOR = "prefer-cached"

    # A tenant's logs are written with the tenant's own role, not with the node's.
    ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE = "true"
    ECS_AVAILABLE_LOGGING_DRIVERS             = jsonencode(["json-file", "awslogs"])

    # The hop limit keeps bridge containers from the node's credentials; this keeps awsvpc containers from them.
    ECS_AWSVPC_BLOCK_IMDS = "true"
  }, var.agent_settings)

  user_data = templatefile("${path.module}/user-data.sh.tftpl", {
    region          = data.aws_region.current.name
    settings        = local.agent_settings
    registry_secret = local.registry_secret
  })
}

resource "aws_launch_template" "nodes" {
  count = local.classic ? 0 : 1

  name_prefix            = "${var.name}-"
  image_id               = local.image_id
  user_data              = base64encode(local.user_data)
  vpc_security_group_ids = [aws_security_group.nodes.id]
  update_default_version = true

  iam_instance_profile {
    arn = aws_iam_instance_profile.nodes.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1 # a tenant's container is one hop further and gets no node credentials
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = var.capacity.volume_gb
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  tag_specifications {
    resource_type = "volume"
    tags          = merge(data.aws_default_tags.current.tags, { Name = var.name })
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_launch_configuration" "nodes" {
  count = local.classic ? 1 : 0

  name_prefix          = "${var.name}-"
  image_id             = local.image_id
  instance_type        = one(var.capacity.instance_types)
  spot_price           = var.capacity.spot_max_price
  user_data            = local.user_data
  security_groups      = [aws_security_group.nodes.id]
  iam_instance_profile = aws_iam_instance_profile.nodes.name

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_size = var.capacity.volume_gb
    volume_type = "gp3"
    encrypted   = true
  }

  lifecycle {
    create_before_destroy = true
  }
}
