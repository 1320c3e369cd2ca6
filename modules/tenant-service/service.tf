resource "aws_ecs_service" "this" {
  for_each = toset([local.service_key])

  name                = local.service_name
  cluster             = var.cluster.arn
  task_definition     = aws_ecs_task_definition.this.arn
  scheduling_strategy = upper(var.deployment.strategy)
  desired_count       = local.daemon ? null : coalesce(var.scaling.start, var.scaling.min) # from then on the alarms decide
  launch_type         = length(local.capacity_providers) == 0 ? var.task.launch_type : null

  deployment_minimum_healthy_percent = local.min_healthy_percent
  deployment_maximum_percent         = local.max_percent
  availability_zone_rebalancing      = local.rebalanced ? "ENABLED" : "DISABLED"
  health_check_grace_period_seconds  = local.balanced ? var.deployment.grace_seconds : null
  wait_for_steady_state              = var.deployment.wait
  enable_execute_command             = var.task.execute_command
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
  tags                               = local.lasting

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  dynamic "alarms" {
    for_each = length(var.deployment.alarms) == 0 ? [] : [var.deployment.alarms]

    content {
      enable      = true
      rollback    = true
      alarm_names = alarms.value
    }
  }

  dynamic "capacity_provider_strategy" {
    for_each = local.capacity_providers

    content {
      capacity_provider = capacity_provider_strategy.key
      base              = capacity_provider_strategy.value.base
      weight            = capacity_provider_strategy.value.weight
    }
  }

  dynamic "load_balancer" {
    for_each = local.balanced ? [var.target.target_group_arn] : []

    content {
      target_group_arn = load_balancer.value
      container_name   = local.front
      container_port   = local.port
    }
  }

  dynamic "network_configuration" {
    for_each = local.awsvpc ? [true] : []

    content {
      subnets          = var.cluster.node_subnet_ids
      security_groups  = local.task_security_groups
      assign_public_ip = var.task.public_address
    }
  }

  dynamic "service_registries" {
    for_each = aws_service_discovery_service.this

    content {
      registry_arn   = service_registries.value.arn
      container_name = local.awsvpc ? null : local.front
      container_port = local.awsvpc ? null : local.port
    }
  }

  dynamic "ordered_placement_strategy" {
    for_each = local.placement_strategies

    content {
      type  = ordered_placement_strategy.value.type
      field = ordered_placement_strategy.value.field
    }
  }

  dynamic "placement_constraints" {
    for_each = local.placement == "one_per_host" ? [true] : []

    content {
      type = "distinctInstance"
    }
  }

  dynamic "placement_constraints" {
    for_each = var.deployment.constraints

    content {
      type       = "memberOf"
      expression = placement_constraints.value
    }
  }

  timeouts {
    create = "${var.deployment.wait_minutes}m"
    update = "${var.deployment.wait_minutes}m"
  }

  lifecycle {
    create_before_destroy = true
    ignore_changes        = [desired_count]

    # When the circuit breaker rolls back, the deployment is steady again and the provider reports success. It does so only to
    # an earlier deployment that COMPLETED. Terraform checks this also of a tainted service whose replacement ECS refused.
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.this.arn
      error_message = "ECS does not run the revision that was asked for. If an earlier deployment had COMPLETED, ECS rolled back: the new containers did not become healthy, and the version before serves on. If none had, no earlier version serves: a first apply failed or was stopped, and left the service tainted; the module's README says how to untaint it. Read the service's events and the log group, fix the image or its settings, and apply again."
    }
  }

  # A role without its policy cannot start a container, and a target that no request reaches never becomes healthy. What this waits
  # for when it is made, also stays until it is gone.
  depends_on = [
    aws_iam_role_policy.execution,
    aws_iam_role_policy.platform,
    aws_iam_role_policy.queues,
    aws_iam_role_policy.task,
    aws_iam_role_policy_attachment.task,
    aws_vpc_security_group_egress_rule.load_balancer,
    aws_vpc_security_group_egress_rule.tasks,
    aws_vpc_security_group_ingress_rule.callers,
    aws_vpc_security_group_ingress_rule.tasks,
    var.target,
  ]
}
