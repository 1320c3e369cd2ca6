resource "aws_ecs_service" "bridge" {
  name                               = "bridge"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.bridge.arn
  desired_count                      = var.desired_count
  health_check_grace_period_seconds  = local.second ? 45 : 30
  deployment_minimum_healthy_percent = local.second ? 60 : 50
  deployment_maximum_percent         = 150
  enable_ecs_managed_tags            = true
  enable_execute_command             = !local.second
  propagate_tags                     = local.second ? "TASK_DEFINITION" : "SERVICE"
  availability_zone_rebalancing      = "ENABLED"
  wait_for_steady_state              = true
  force_delete                       = true

  deployment_circuit_breaker {
    enable   = true
    rollback = !local.second
  }

  alarms {
    enable      = true
    rollback    = true
    alarm_names = [aws_cloudwatch_metric_alarm.cpu["high"].alarm_name]
  }

  capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.mixed.name
    base              = 1
    weight            = 100
  }

  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }

  dynamic "ordered_placement_strategy" {
    for_each = local.second ? [] : ["memory"]

    content {
      type  = "binpack"
      field = ordered_placement_strategy.value
    }
  }

  placement_constraints {
    type       = "memberOf"
    expression = local.second ? "attribute:ecs.os-type == linux" : "attribute:ecs.instance-type =~ t3.*"
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.instance.arn
    container_name   = "web"
    container_port   = 80
  }

  depends_on = [aws_lb_listener_rule.host, aws_ecs_cluster_capacity_providers.this]
}

resource "aws_ecs_service" "fargate" {
  name                  = "fargate"
  cluster               = aws_ecs_cluster.this.id
  task_definition       = aws_ecs_task_definition.fargate.arn
  desired_count         = 1
  launch_type           = "FARGATE"
  platform_version      = "LATEST"
  wait_for_steady_state = true

  network_configuration {
    subnets          = data.aws_subnets.default.ids
    security_groups  = [aws_security_group.instances.id]
    assign_public_ip = true
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.ip.arn
    container_name   = "web"
    container_port   = 80
  }

  service_registries {
    registry_arn = aws_service_discovery_service.web.arn
  }

  service_connect_configuration {
    enabled   = true
    namespace = aws_service_discovery_http_namespace.connect.arn

    service {
      port_name      = "web"
      discovery_name = "web"

      client_alias {
        port     = 80
        dns_name = "web"
      }
    }
  }

  depends_on = [aws_lb_listener_rule.path]
}

resource "aws_ecs_service" "default_strategy" {
  name            = "default-strategy"
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.bridge.arn
  desired_count   = 0

  deployment_controller {
    type = "ECS"
  }

  lifecycle {
    ignore_changes = [capacity_provider_strategy]
  }

  depends_on = [aws_ecs_cluster_capacity_providers.this]
}

resource "aws_ecs_service" "daemon" {
  name                               = "daemon"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.host.arn
  launch_type                        = "EC2"
  scheduling_strategy                = "DAEMON"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100

  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.os-type == linux"
  }
}
