locals {
  # Maps come out in the order of their keys, so that the same values always make the same document.
  container_definitions = {
    for name, container in var.containers : name => {
      for key, value in {
        name                   = name
        image                  = container.image
        cpu                    = container.cpu
        memory                 = container.memory
        memoryReservation      = container.memory_reservation
        essential              = container.essential
        readonlyRootFilesystem = container.read_only_root ? true : null
        stopTimeout            = container.stop_timeout
        entryPoint             = container.entry_point
        command                = container.command
        environment            = [for key, value in container.environment : { name = key, value = value }]
        secrets                = length(container.secrets) == 0 ? null : [for key, arn in container.secrets : { name = key, valueFrom = arn }]
        dependsOn              = length(container.after) == 0 ? null : [for other, state in container.after : { containerName = other, condition = state }]

        # What ECS fills in by itself: said here, a plan shows only what changes.
        mountPoints    = []
        volumesFrom    = []
        systemControls = []

        # Host port 0: Docker chooses a free one, so that two versions fit on one machine during a roll-out.
        portMappings = container.port == null ? [] : [{
          containerPort = container.port
          hostPort      = var.task.network_mode == "bridge" ? 0 : container.port
          protocol      = "tcp"
        }]

        healthCheck = container.health_check == null ? null : {
          command     = container.health_check.command
          interval    = container.health_check.interval
          timeout     = container.health_check.timeout
          retries     = container.health_check.retries
          startPeriod = container.health_check.start_period
        }

        logConfiguration = {
          logDriver = "awslogs"
          options = {
            awslogs-group         = aws_cloudwatch_log_group.this.name
            awslogs-region        = local.region
            awslogs-stream-prefix = name
          }
        }
      } : key => value if value != null
    }
  }
}

# Every change makes a new revision; old ones stay (see the README), so that ECS can roll back to them.
resource "aws_ecs_task_definition" "this" {
  family                = local.name
  network_mode          = var.task.network_mode
  execution_role_arn    = aws_iam_role.execution.arn
  task_role_arn         = aws_iam_role.task.arn
  container_definitions = jsonencode(values(local.container_definitions))
  skip_destroy          = true

  lifecycle {
    create_before_destroy = true
  }
}
