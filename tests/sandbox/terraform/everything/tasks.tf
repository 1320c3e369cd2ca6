locals {
  log_configuration = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.this.name
      awslogs-region        = "ap-southeast-2"
      awslogs-stream-prefix = "everything"
    }
  }
}

resource "aws_ecs_task_definition" "bridge" {
  family                   = "everything-bridge"
  network_mode             = "bridge"
  requires_compatibilities = ["EC2"]
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.execution.arn
  skip_destroy             = false

  container_definitions = jsonencode([
    {
      name              = "web"
      image             = var.image
      essential         = true
      cpu               = 128
      memory            = 256
      memoryReservation = 128
      entryPoint        = ["/docker-entrypoint.sh"]
      command           = ["nginx", "-g", "daemon off;"]
      portMappings      = [{ containerPort = 80, hostPort = 0, protocol = "tcp", name = "web" }]
      environment       = [{ name = "TENANT", value = "acme" }]
      secrets           = [{ name = "LOGIN", valueFrom = aws_secretsmanager_secret.login.arn }]
      logConfiguration  = local.log_configuration
      healthCheck       = { command = ["CMD-SHELL", "true"], interval = 10, retries = 3, timeout = 5, startPeriod = 10 }
      ulimits           = [{ name = "nofile", softLimit = 1024, hardLimit = 4096 }]
      mountPoints       = [{ sourceVolume = "data", containerPath = "/data", readOnly = true }]
      dependsOn         = [{ containerName = "init", condition = "SUCCESS" }]
      stopTimeout       = 60
    },
    {
      name             = "init"
      image            = "busybox:1.37"
      essential        = false
      memory           = 32
      command          = ["true"]
      logConfiguration = local.log_configuration
    },
  ])

  volume {
    name = "data"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.shared.id
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = aws_efs_access_point.shared.id
        iam             = "ENABLED"
      }
    }
  }

  volume {
    name      = "docker-socket"
    host_path = "/var/run/docker.sock"
  }

  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.os-type == linux"
  }
}

resource "aws_ecs_task_definition" "fargate" {
  family                   = "everything-fargate"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions = jsonencode([
    { name = "web", image = var.image, essential = true, portMappings = [{ containerPort = 80, name = "web", appProtocol = "http" }] },
  ])

  ephemeral_storage {
    size_in_gib = 30
  }

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "ARM64"
  }
}

resource "aws_ecs_task_definition" "host" {
  family       = "everything-host"
  network_mode = "host"
  pid_mode     = "host"
  container_definitions = jsonencode([
    { name = "agent", image = "prom/node-exporter:v1.9.0", memory = 64, readonlyRootFilesystem = true },
  ])
}
