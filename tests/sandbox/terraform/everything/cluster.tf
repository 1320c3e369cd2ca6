resource "aws_ecs_cluster" "this" {
  name = "everything"

  setting {
    name  = "containerInsights"
    value = local.second ? "enabled" : "enhanced"
  }

  configuration {
    execute_command_configuration {
      logging = "OVERRIDE"

      log_configuration {
        cloud_watch_log_group_name = aws_cloudwatch_log_group.this.name
      }
    }
  }

  service_connect_defaults {
    namespace = aws_service_discovery_http_namespace.connect.arn
  }
}

resource "aws_ecs_capacity_provider" "mixed" {
  name = "everything-mixed"

  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.mixed.arn
    managed_termination_protection = "ENABLED"
    managed_draining               = local.second ? "DISABLED" : "ENABLED"

    managed_scaling {
      status                    = "ENABLED"
      target_capacity           = local.second ? 80 : 90
      minimum_scaling_step_size = 1
      maximum_scaling_step_size = 5
      instance_warmup_period    = 120
    }
  }
}

resource "aws_ecs_capacity_provider" "classic" {
  name = "everything-classic"

  auto_scaling_group_provider {
    auto_scaling_group_arn = aws_autoscaling_group.classic.arn
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name = aws_ecs_cluster.this.name
  capacity_providers = [
    aws_ecs_capacity_provider.classic.name,
    aws_ecs_capacity_provider.mixed.name,
    "FARGATE",
    "FARGATE_SPOT",
  ]

  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.mixed.name
    base              = 1
    weight            = local.second ? 50 : 100
  }
}

resource "aws_ecs_account_setting_default" "trunking" {
  name  = "awsvpcTrunking"
  value = "enabled"
}
