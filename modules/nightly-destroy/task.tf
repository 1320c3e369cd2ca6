# One Fargate task: orchestrate with its host engine, since Fargate has no Docker daemon.

locals {
  cluster_arn = var.cluster == null ? aws_ecs_cluster.this[0].arn : var.cluster.arn

  narrowed = { "--region" = var.reap.region, "--stack" = var.reap.stack, "--older-than" = var.reap.older_than, "--jobs" = var.task.jobs }
  command  = concat(["reap", "--yes"], flatten([for option, value in local.narrowed : [option, tostring(value)] if value != null]))
}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65:one task a day needs no metrics

  count = var.cluster == null ? 1 : 0

  name = var.name

  setting {
    name  = "containerInsights"
    value = "disabled" # one task a day
  }
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:encryption.logs is the caller's; AWS's own key encrypts otherwise
  #checkov:skip=CKV_AWS_338:how long logs are kept is the caller's; a test keeps them for days

  name              = "/nightly-destroy/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.encryption.logs
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task.cpu
  memory                   = var.task.memory
  execution_role_arn       = local.execution_role_arn
  task_role_arn            = local.task_role_arn

  ephemeral_storage {
    size_in_gib = var.task.disk_gb
  }

  container_definitions = jsonencode([merge(
    {
      name            = "orchestrate"
      image           = var.image
      essential       = true
      entryPoint      = ["orchestrate"] # an agent's image would begin to wait for Jenkins
      command         = local.command
      stopTimeout     = 120 # the longest Fargate gives: Terraform saves its state
      linuxParameters = { initProcessEnabled = true }
      environment     = [{ name = "ORCHESTRATE_ENGINE", value = "host" }]
      logConfiguration = {
        logDriver = "awslogs"
        options   = { awslogs-group = aws_cloudwatch_log_group.this.name, awslogs-region = local.region, awslogs-stream-prefix = "night" }
      }
    },
    local.registry_secret == null ? {} : { repositoryCredentials = { credentialsParameter = local.registry_secret } },
  )])
}

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:the task joins it when the schedule starts it

  name_prefix = "${var.name}-"
  description = "The task of ${var.name}: nothing connects to it"
  vpc_id      = var.network.vpc_id
  tags        = { Name = var.name }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "this" {
  description       = "The registry and AWS"
  security_group_id = aws_security_group.this.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
