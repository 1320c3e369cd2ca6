locals {
  placements = {
    spread = [{ type = "spread", field = "attribute:ecs.availability-zone" }, { type = "spread", field = "instanceId" }]
    pack   = [{ type = "spread", field = "attribute:ecs.availability-zone" }, { type = "binpack", field = "memory" }]
    random = [{ type = "random", field = null }]
  }
}

resource "aws_ecs_service" "this" {
  name            = var.tenant
  cluster         = var.cluster.arn
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.scaling.min # the start; from then on the alarms decide

  deployment_minimum_healthy_percent = var.deployment.min_healthy_percent
  deployment_maximum_percent         = var.deployment.max_percent
  health_check_grace_period_seconds  = var.deployment.grace_seconds
  wait_for_steady_state              = var.deployment.wait
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  capacity_provider_strategy {
    capacity_provider = var.cluster.capacity_provider
    weight            = 1
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = local.front
    container_port   = local.port
  }

  dynamic "network_configuration" {
    for_each = var.task.network_mode == "awsvpc" ? [true] : []

    content {
      subnets         = var.cluster.node_subnet_ids
      security_groups = aws_security_group.tasks[*].id
    }
  }

  dynamic "ordered_placement_strategy" {
    for_each = local.placements[var.deployment.placement]

    content {
      type  = ordered_placement_strategy.value.type
      field = ordered_placement_strategy.value.field
    }
  }

  dynamic "placement_constraints" {
    for_each = var.deployment.one_per_machine ? [true] : []

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

  lifecycle {
    ignore_changes = [desired_count]

    # When the circuit breaker rolls back, the deployment is steady again and the provider reports success.
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.this.arn
      error_message = "ECS rolled back: the new containers did not become healthy, and the version before serves on. Read the service's events and the log group, mend the image or its settings, and apply again."
    }
  }

  # ECS refuses a target group that no load balancer uses yet; and a role without its policy cannot start a container.
  depends_on = [aws_lb_listener.this, aws_iam_role_policy.execution, aws_iam_role_policy.task]
}
