# How a machine starts: a launch template or a classic launch configuration, one of the two.

locals {
  classic = var.capacity.kind == "launch_configuration"

  # A bid alone means spot, so that the two kinds lie one word apart.
  on_demand_percent = var.capacity.on_demand_percent != null ? var.capacity.on_demand_percent : var.capacity.spot_max_price == null ? 100 : 0
  spot              = local.on_demand_percent < 100

  public_address = var.node.public_address == null ? local.make_network && !local.private : var.node.public_address

  node_security_groups = concat([aws_security_group.nodes.id], values(var.node.security_groups))

  # Tags of the provider block do not reach machines, nor what ECS and EC2 make for them.
  node_tags = merge(data.aws_default_tags.current.tags, { Name = var.name })

  agent_settings = merge({
    ECS_CLUSTER                       = aws_ecs_cluster.this.name
    ECS_ENABLE_SPOT_INSTANCE_DRAINING = "true"
    ECS_RESERVED_MEMORY               = var.node.reserved_memory

    # A tag never changes, so an image is pulled once. Not "prefer-cached": the agent would never clean up.
    ECS_IMAGE_PULL_BEHAVIOR               = "once"
    ECS_IMAGE_CLEANUP_INTERVAL            = "${var.node.clean_up.interval_minutes}m"
    ECS_IMAGE_MINIMUM_CLEANUP_AGE         = "${var.node.clean_up.age_hours}h"
    ECS_NUM_IMAGES_DELETE_PER_CYCLE       = var.node.clean_up.images
    ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION = "${var.node.clean_up.task_hours}h"

    # A tenant's logs are written with the tenant's own role, not with the node's.
    ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE = "true"

    # All that Docker brings along: a task whose log driver a machine does not name is never placed on it.
    ECS_AVAILABLE_LOGGING_DRIVERS = jsonencode(["awsfirelens", "awslogs", "fluentd", "gelf", "journald", "json-file", "none", "splunk", "syslog"])

    ECS_CONTAINER_INSTANCE_TAGS = jsonencode(local.node_tags)

    # The hop limit keeps bridge containers from the node's credentials; this keeps awsvpc containers from them.
    ECS_AWSVPC_BLOCK_IMDS = "true"
  }, var.agent_settings)

  user_data = templatefile("${path.module}/user-data.sh.tftpl", {
    region          = local.region
    settings        = local.agent_settings
    registry_secret = local.registry_secret
  })
}

resource "aws_launch_template" "nodes" {
  #checkov:skip=CKV_AWS_341:node.hop_limit is the caller's, and 1 unless said otherwise

  count = local.classic ? 0 : 1

  name_prefix            = "${var.name}-"
  image_id               = data.aws_ami.nodes.id
  key_name               = var.node.key_name
  user_data              = base64encode(local.user_data)
  update_default_version = true

  iam_instance_profile {
    arn = local.instance_profile_arn
  }

  network_interfaces {
    security_groups             = local.node_security_groups
    associate_public_ip_address = local.public_address # said either way: a subnet's own habit does not decide
    delete_on_termination       = true
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = var.node.hop_limit
  }

  block_device_mappings {
    device_name = data.aws_ami.nodes.root_device_name

    ebs {
      volume_size           = var.node.volume_gb
      volume_type           = "gp3"
      encrypted             = true
      kms_key_id            = var.node.volume_kms_key_arn
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["volume", "network-interface"])

    content {
      resource_type = tag_specifications.value
      tags          = local.node_tags
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_launch_configuration" "nodes" {
  #checkov:skip=CKV_AWS_341:node.hop_limit is the caller's, and 1 unless said otherwise

  count = local.classic ? 1 : 0

  name_prefix                 = "${var.name}-"
  image_id                    = data.aws_ami.nodes.id
  instance_type               = one(var.capacity.instance_types)
  spot_price                  = var.capacity.spot_max_price
  key_name                    = var.node.key_name
  user_data                   = local.user_data
  security_groups             = local.node_security_groups
  associate_public_ip_address = local.public_address
  iam_instance_profile        = var.roles.nodes == null ? aws_iam_instance_profile.nodes[0].name : reverse(split("/", var.roles.nodes.instance_profile_arn))[0]

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = var.node.hop_limit
  }

  root_block_device {
    volume_size = var.node.volume_gb
    volume_type = "gp3"
    encrypted   = true
  }

  lifecycle {
    create_before_destroy = true
  }
}
