resource "aws_ecs_capacity_provider" "nodes" {
  name = "nodes-${var.name}" # a name may not begin with aws, ecs or fargate

  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.nodes.arn
    managed_draining               = "ENABLED"
    managed_termination_protection = "ENABLED"

    managed_scaling {
      status                 = "ENABLED"
      target_capacity        = var.capacity.target_percent
      instance_warmup_period = var.capacity.warmup_seconds
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name = aws_ecs_cluster.this.name

  # AWS's own cost nothing until a service names them.
  capacity_providers = [aws_ecs_capacity_provider.nodes.name, "FARGATE", "FARGATE_SPOT"]

  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.nodes.name
    weight            = 1
  }
}
