resource "aws_autoscaling_group" "nodes" {
  name                  = var.name
  min_size              = var.capacity.min
  max_size              = var.capacity.max
  vpc_zone_identifier   = local.node_subnet_ids # Auto Scaling spreads over their zones
  health_check_type     = "EC2"
  protect_from_scale_in = true # ECS decides which machine goes, when no task is left on it
  force_delete          = true # and without this a destroy would wait for protected machines for ever
  capacity_rebalance    = local.spot && !local.classic
  enabled_metrics       = ["GroupDesiredCapacity", "GroupInServiceInstances"] # free; the alarms read them

  launch_configuration = one(aws_launch_configuration.nodes[*].name)

  dynamic "mixed_instances_policy" {
    for_each = aws_launch_template.nodes

    content {
      launch_template {
        launch_template_specification {
          launch_template_id = mixed_instances_policy.value.id
          version            = mixed_instances_policy.value.latest_version
        }

        dynamic "override" {
          for_each = var.capacity.instance_types
          content {
            instance_type = override.value
          }
        }
      }

      instances_distribution {
        on_demand_base_capacity                  = var.capacity.on_demand_base
        on_demand_allocation_strategy            = "lowest-price" # a set has no order to prioritise by
        on_demand_percentage_above_base_capacity = local.on_demand_percent
        spot_allocation_strategy                 = "price-capacity-optimized"
        spot_max_price                           = var.capacity.spot_max_price
      }
    }
  }

  dynamic "instance_refresh" {
    for_each = var.capacity.refresh.enabled ? [var.capacity.refresh] : []

    content {
      strategy = "Rolling"

      preferences {
        min_healthy_percentage       = instance_refresh.value.min_healthy_percent
        max_healthy_percentage       = instance_refresh.value.max_healthy_percent
        instance_warmup              = var.capacity.warmup_seconds
        skip_matching                = !local.classic # which knows only launch templates
        auto_rollback                = false          # the group has the new template before a refresh begins: it would go back to that
        scale_in_protected_instances = "Refresh"      # all are; ECS drains each before it goes
      }
    }
  }

  # ECS puts AmazonECSManaged on the group itself; said here, it is no drift.
  dynamic "tag" {
    for_each = merge(local.node_tags, { AmazonECSManaged = "true" })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    ignore_changes = [desired_capacity] # the capacity provider's business
  }

  # What a machine needs to boot is there before the first one does.
  depends_on = [
    aws_iam_role_policy.nodes,
    aws_iam_role_policy_attachment.nodes,
    aws_route_table_association.public,
    aws_route_table_association.private,
    aws_vpc_security_group_egress_rule.nodes,
  ]
}
