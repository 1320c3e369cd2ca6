resource "aws_launch_configuration" "classic" {
  name_prefix                 = "everything-classic-"
  image_id                    = data.aws_ssm_parameter.ecs_ami.value
  instance_type               = "t3.small"
  spot_price                  = var.spot_max_price
  iam_instance_profile        = aws_iam_instance_profile.instance.arn
  security_groups             = [aws_security_group.instances.id]
  associate_public_ip_address = true
  user_data                   = var.user_data

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = 30
    encrypted   = true
  }

  ebs_block_device {
    device_name = "/dev/xvdcz"
    volume_type = "gp3"
    volume_size = 22
    throughput  = 150
    encrypted   = true
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "classic" {
  name_prefix               = "everything-classic-"
  launch_configuration      = aws_launch_configuration.classic.name
  min_size                  = 1
  max_size                  = 4
  vpc_zone_identifier       = data.aws_subnets.default.ids
  health_check_type         = "EC2"
  health_check_grace_period = 120
  default_cooldown          = local.second ? 45 : 60
  default_instance_warmup   = local.second ? null : 90
  max_instance_lifetime     = local.second ? 0 : 604800
  termination_policies      = local.second ? ["Default"] : ["OldestLaunchConfiguration", "Default"]
  enabled_metrics           = local.second ? ["GroupDesiredCapacity"] : ["GroupDesiredCapacity", "GroupInServiceInstances"]
  suspended_processes       = local.second ? [] : ["AZRebalance"]
  force_delete              = true

  tag {
    key                 = "Name"
    value               = "everything-classic"
    propagate_at_launch = true
  }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [desired_capacity]
  }
}

resource "aws_launch_template" "mixed" {
  name_prefix            = "everything-mixed-"
  description            = "Container instances"
  image_id               = data.aws_ssm_parameter.ecs_ami.value
  instance_type          = "t3.small"
  update_default_version = true
  user_data              = base64encode(var.user_data)
  ebs_optimized          = true

  iam_instance_profile {
    arn = aws_iam_instance_profile.instance.arn
  }

  monitoring {
    enabled = true
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }

  network_interfaces {
    associate_public_ip_address = true
    delete_on_termination       = true
    security_groups             = [aws_security_group.instances.id]
  }

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_type           = "gp3"
      volume_size           = 30
      encrypted             = true
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = { Name = "everything-mixed" }
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_autoscaling_group" "mixed" {
  name                      = "everything-mixed"
  min_size                  = 1
  max_size                  = 6
  vpc_zone_identifier       = data.aws_subnets.default.ids
  health_check_type         = "ELB"
  health_check_grace_period = 60
  default_instance_warmup   = 120
  capacity_rebalance        = true
  protect_from_scale_in     = true
  force_delete              = true
  wait_for_capacity_timeout = "2m"

  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity                  = local.second ? 0 : 1
      on_demand_percentage_above_base_capacity = 25
      on_demand_allocation_strategy            = "prioritized"
      spot_allocation_strategy                 = "price-capacity-optimized"
      spot_max_price                           = var.spot_max_price
    }

    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.mixed.id
        version            = aws_launch_template.mixed.latest_version
      }

      dynamic "override" {
        for_each = local.second ? { "t3.small" = "1" } : { "t3.small" = "1", "t3a.small" = "1", "t3.medium" = "2" }

        content {
          instance_type     = override.key
          weighted_capacity = override.value
        }
      }
    }
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 90
      instance_warmup        = 120
      skip_matching          = true
    }
  }

  instance_maintenance_policy {
    min_healthy_percentage = 90
    max_healthy_percentage = local.second ? 150 : 120
  }

  initial_lifecycle_hook {
    name                 = "boot"
    lifecycle_transition = "autoscaling:EC2_INSTANCE_LAUNCHING"
    heartbeat_timeout    = 300
    default_result       = "CONTINUE"
  }

  tag {
    key                 = "AmazonECSManaged"
    value               = "true"
    propagate_at_launch = true
  }

  lifecycle {
    ignore_changes = [desired_capacity]
  }
}

# One group that goes from a launch configuration to a launch template, as a stack does when AWS refuses the former.
resource "aws_autoscaling_group" "switched" {
  name                 = "everything-switched"
  min_size             = 1
  max_size             = 2
  vpc_zone_identifier  = data.aws_subnets.default.ids
  launch_configuration = local.second ? null : aws_launch_configuration.classic.name
  force_delete         = true

  dynamic "mixed_instances_policy" {
    for_each = local.second ? [true] : []

    content {
      instances_distribution {
        spot_max_price = var.spot_max_price
      }

      launch_template {
        launch_template_specification {
          launch_template_id = aws_launch_template.mixed.id
          version            = "$Latest"
        }
      }
    }
  }
}

resource "aws_autoscaling_group" "template" {
  name                = "everything-template"
  min_size            = 1
  max_size            = 1
  vpc_zone_identifier = data.aws_subnets.default.ids
  target_group_arns   = local.second ? [] : [aws_lb_target_group.fleet.arn]

  launch_template {
    id      = aws_launch_template.mixed.id
    version = aws_launch_template.mixed.latest_version
  }

  dynamic "warm_pool" {
    for_each = local.second ? [] : [true]

    content {
      pool_state                  = "Stopped"
      max_group_prepared_capacity = 2
    }
  }
}

resource "aws_autoscaling_lifecycle_hook" "drain" {
  name                    = "drain"
  autoscaling_group_name  = aws_autoscaling_group.classic.name
  lifecycle_transition    = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout       = local.second ? 600 : 900
  default_result          = "CONTINUE"
  notification_target_arn = aws_sns_topic.alerts.arn
  role_arn                = aws_iam_role.hook.arn
  notification_metadata   = jsonencode({ cluster = "everything" })
}

resource "aws_autoscaling_lifecycle_hook" "launch" {
  name                   = "launch"
  autoscaling_group_name = aws_autoscaling_group.classic.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_LAUNCHING"
  heartbeat_timeout      = 300
}

resource "aws_autoscaling_schedule" "night" {
  scheduled_action_name  = "night"
  autoscaling_group_name = aws_autoscaling_group.classic.name
  min_size               = 0
  max_size               = 1
  desired_capacity       = 0
  recurrence             = "0 20 * * *"
  time_zone              = "Australia/Sydney"
}

resource "aws_autoscaling_policy" "steps" {
  name                      = "steps"
  autoscaling_group_name    = aws_autoscaling_group.classic.name
  policy_type               = "StepScaling"
  adjustment_type           = "ChangeInCapacity"
  estimated_instance_warmup = 120
  metric_aggregation_type   = "Average"

  step_adjustment {
    scaling_adjustment          = 1
    metric_interval_lower_bound = 0
    metric_interval_upper_bound = 10
  }

  step_adjustment {
    scaling_adjustment          = 2
    metric_interval_lower_bound = 10
  }
}

resource "aws_autoscaling_policy" "tracking" {
  name                   = "tracking"
  autoscaling_group_name = aws_autoscaling_group.classic.name
  policy_type            = "TargetTrackingScaling"

  target_tracking_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}

resource "aws_autoscaling_policy" "simple" {
  name                   = "simple"
  autoscaling_group_name = aws_autoscaling_group.classic.name
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = 1
  cooldown               = 300
}

resource "aws_autoscaling_notification" "launches" {
  group_names   = [aws_autoscaling_group.classic.name]
  notifications = ["autoscaling:EC2_INSTANCE_LAUNCH_ERROR"]
  topic_arn     = aws_sns_topic.alerts.arn
}
