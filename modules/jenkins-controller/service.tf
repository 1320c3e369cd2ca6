# One task at most. Jenkins writes its home without looking whether another does: so ECS stops the old task before it starts
# the new one, which is what 0 and 100 percent mean, and a deployment is a gap of the minute that Jenkins takes to start.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html

locals {
  fargate = var.capacity.kind == "fargate"
  tcp     = var.agents.protocol == "tcp"

  java_options = join(" ", compact(concat(
    ["-Djenkins.install.runSetupWizard=false"],
    local.tcp ? ["-Dhudson.TcpSlaveAgentListener.hostName=${local.agents_hostname}"] : [],
    var.jenkins.java_options,
  )))

  environment = merge(
    {
      CASC_JENKINS_CONFIG      = var.configuration.path
      JAVA_OPTS                = local.java_options
      JENKINS_SLAVE_AGENT_PORT = local.tcp ? tostring(var.agents.port) : "-1" # -1 opens none
      JENKINS_URL              = local.url
    },
    var.configuration.bucket == null ? {} : { CASC_BUCKET = var.configuration.bucket, CASC_KEY = var.configuration.key, AWS_REGION = local.region },
    var.jenkins.environment,
  )

  # Jenkins itself never restarts it: a controller whose web pages do not answer is replaced by ECS.
  health = "curl -fsS -o /dev/null http://localhost:${local.ports.web}/login || exit 1"
}

resource "aws_ecs_task_definition" "this" {
  #checkov:skip=CKV_AWS_336:Jenkins unpacks its war and writes temporary files; what lasts is on the encrypted file system

  family                   = local.unique
  network_mode             = "awsvpc"
  requires_compatibilities = [local.fargate ? "FARGATE" : "EC2"]
  cpu                      = var.capacity.cpu
  memory                   = var.capacity.memory
  execution_role_arn       = local.execution_role_arn
  task_role_arn            = local.task_role_arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.capacity.architecture
  }

  volume {
    name = "home"

    efs_volume_configuration {
      file_system_id     = aws_efs_file_system.home.id
      transit_encryption = "ENABLED"

      authorization_config {
        access_point_id = aws_efs_access_point.home.id
        iam             = "ENABLED"
      }
    }
  }

  container_definitions = jsonencode([merge(
    {
      name         = "jenkins"
      image        = var.image
      essential    = true
      user         = "${local.jenkins_user}:${local.jenkins_user}"
      environment  = [for name in sort(keys(local.environment)) : { name = name, value = local.environment[name] }]
      secrets      = [for name in sort(keys(local.secrets)) : { name = name, valueFrom = local.secrets[name] }]
      portMappings = [for name in sort(keys(local.ports)) : { name = name, containerPort = local.ports[name], hostPort = local.ports[name], protocol = "tcp" }]
      mountPoints  = [{ sourceVolume = "home", containerPath = "/var/jenkins_home", readOnly = false }]
      stopTimeout  = 120 # running builds are written down; Fargate gives no more
      ulimits      = [{ name = "nofile", softLimit = 65536, hardLimit = 65536 }]
      healthCheck  = { command = ["CMD-SHELL", local.health], interval = 30, timeout = 10, retries = 5, startPeriod = 300 }

      linuxParameters = { initProcessEnabled = true }

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.this.name
          awslogs-region        = local.region
          awslogs-stream-prefix = "controller"
        }
      }
    },
    local.registry_secret == null ? {} : { repositoryCredentials = { credentialsParameter = local.registry_secret } },
  )])
}

resource "aws_ecs_service" "this" {
  name            = var.name
  cluster         = var.cluster.arn
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = 1
  launch_type     = local.fargate ? "FARGATE" : null

  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  availability_zone_rebalancing      = "DISABLED" # it would start a second task first
  health_check_grace_period_seconds  = var.jenkins.grace_seconds
  enable_execute_command             = false
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
  wait_for_steady_state              = true

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  dynamic "capacity_provider_strategy" {
    for_each = local.fargate ? [] : [var.cluster.capacity_provider]

    content {
      capacity_provider = capacity_provider_strategy.value
      weight            = 1
    }
  }

  network_configuration {
    subnets          = values(var.network.subnets)
    security_groups  = [aws_security_group.controller.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = "jenkins"
    container_port   = local.ports.web
  }

  dynamic "service_registries" {
    for_each = aws_service_discovery_service.agents

    content {
      registry_arn = service_registries.value.arn
    }
  }

  timeouts {
    create = "30m"
    update = "30m"
  }

  lifecycle {
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.this.arn
      error_message = "ECS does not run the revision that was asked for: the new controller did not become healthy, and ECS went back to the version before. Read the log group, fix the image or the configuration as code, and apply again."
    }
  }

  # ECS refuses a target group without a listener; and a task without its policies, its home or its way out does not start.
  depends_on = [
    aws_efs_mount_target.home,
    aws_iam_role_policy.execution,
    aws_iam_role_policy.task,
    aws_lb_listener.https,
    aws_vpc_security_group_egress_rule.controller,
    aws_vpc_security_group_egress_rule.controller_home,
    aws_vpc_security_group_egress_rule.load_balancer,
    aws_vpc_security_group_ingress_rule.controller,
    aws_vpc_security_group_ingress_rule.home,
  ]
}
