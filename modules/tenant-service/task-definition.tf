locals {
  # A queue's name is hashed: its URL cannot be written into a file. A null takes a variable away, as in a tenant's file.
  queue_urls = { for name, url in merge({ for name, queue in aws_sqs_queue.work : name => queue.url }, local.other_queue_urls) : "QUEUE_URL_${upper(replace(name, "-", "_"))}" => url }
  environments = { for name, container in var.containers : name => {
    for variable, value in merge(local.queue_urls, container.environment) : variable => value if value != null && !contains(keys(container.secrets), variable)
  } }

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
        user                   = container.user == null && container.log_router != null ? "0" : container.user # ECS's own choice for a router
        entryPoint             = container.entry_point
        command                = container.command
        environmentFiles       = length(container.environment_files) == 0 ? null : [for arn in container.environment_files : { type = "s3", value = arn }]
        environment            = [for variable, value in local.environments[name] : { name = variable, value = value }]
        secrets                = length(container.secrets) == 0 ? null : [for key, arn in container.secrets : { name = key, valueFrom = arn }]
        repositoryCredentials  = container.registry_login == null ? null : { credentialsParameter = container.registry_login }
        dependsOn              = length(container.after) == 0 ? null : [for other, state in container.after : { containerName = other, condition = state }]
        ulimits                = length(container.ulimits) == 0 ? null : [for limit, value in container.ulimits : { name = limit, softLimit = value.soft, hardLimit = value.hard }]

        links        = length(container.links) == 0 ? null : sort(container.links)
        dockerLabels = length(container.labels) == 0 ? null : { for label, value in container.labels : label => value if value != null }

        # The process that a shell's children are left to.
        linuxParameters = var.task.execute_command ? { initProcessEnabled = true } : null

        mountPoints = [for path, mount in container.mounts : { containerPath = path, sourceVolume = mount.volume, readOnly = mount.read_only }]

        # What ECS fills in by itself: said here, a plan shows only what changes.
        volumesFrom    = []
        systemControls = []

        # Host port 0: Docker chooses a free one, so that two versions fit on one machine during a roll-out.
        portMappings = [for port in local.ports[name] : {
          containerPort = port.container
          hostPort      = var.task.network_mode == "bridge" ? port.host : port.container
          protocol      = port.protocol
        }]

        healthCheck = container.health_check == null ? null : {
          command     = container.health_check.command
          interval    = container.health_check.interval
          timeout     = container.health_check.timeout
          retries     = container.health_check.retries
          startPeriod = container.health_check.start_period
        }

        restartPolicy = container.restart == null ? null : { for key, value in {
          enabled              = true
          restartAttemptPeriod = container.restart.after_seconds
          ignoredExitCodes     = length(container.restart.ignored_exit_codes) == 0 ? null : tolist(container.restart.ignored_exit_codes)
        } : key => value if value != null }

        firelensConfiguration = container.log_router == null ? null : { for key, value in {
          type    = container.log_router.type
          options = length(container.log_router.options) == 0 ? null : { for option, value in container.log_router.options : option => value if value != null }
        } : key => value if value != null }

        logConfiguration = { for key, value in {
          logDriver = container.log == null ? "awslogs" : container.log.driver
          options = container.log != null ? { for option, value in container.log.options : option => value if value != null } : {
            awslogs-group         = aws_cloudwatch_log_group.this.name
            awslogs-region        = local.region
            awslogs-stream-prefix = name
          }
          secretOptions = length(try(container.log.secrets, {})) == 0 ? null : [for option, arn in container.log.secrets : { name = option, valueFrom = arn }]
        } : key => value if value != null }
      } : key => value if value != null
    }
  }

  # Which containers each one waits for (Docker starts a linked one first), and which those wait for: each line looks twice as far as the one before, and ten
  # containers wait in a row at most.
  waits_for    = { for name, container in var.containers : name => [for other in setunion(keys(container.after), container.links) : other if other != name] }
  waits_for_2  = { for name, others in local.waits_for : name => distinct(flatten([others, [for other in others : lookup(local.waits_for, other, [])]])) }
  waits_for_4  = { for name, others in local.waits_for_2 : name => distinct(flatten([others, [for other in others : lookup(local.waits_for_2, other, [])]])) }
  waits_for_8  = { for name, others in local.waits_for_4 : name => distinct(flatten([others, [for other in others : lookup(local.waits_for_4, other, [])]])) }
  waits_for_16 = { for name, others in local.waits_for_8 : name => distinct(flatten([others, [for other in others : lookup(local.waits_for_8, other, [])]])) }

  # The port that takes the requests, then those for others.
  ports = { for name, container in var.containers : name => concat(
    [for port in container.port[*] : { container = port, host = 0, protocol = "tcp" }],
    [for port in container.more_ports : { container = port.container, host = port.host, protocol = port.protocol }],
  ) }
}

# Every change makes a new revision; old ones stay (see the README), so that ECS can roll back to them.
resource "aws_ecs_task_definition" "this" {
  family                   = local.name
  network_mode             = var.task.network_mode
  requires_compatibilities = [var.task.launch_type]
  cpu                      = var.task.cpu
  memory                   = var.task.memory
  execution_role_arn       = local.execution_role_arn
  task_role_arn            = local.task_role_arn
  container_definitions    = jsonencode(values(local.container_definitions))
  skip_destroy             = true

  dynamic "runtime_platform" {
    for_each = var.task.architecture[*]

    content {
      operating_system_family = "LINUX"
      cpu_architecture        = runtime_platform.value
    }
  }

  dynamic "ephemeral_storage" {
    for_each = var.task.ephemeral_gb[*]

    content {
      size_in_gib = ephemeral_storage.value
    }
  }

  dynamic "volume" {
    for_each = var.task.volumes

    content {
      name      = volume.key
      host_path = volume.value.host_path

      dynamic "efs_volume_configuration" {
        for_each = volume.value.efs[*]

        content {
          file_system_id     = efs_volume_configuration.value.file_system_id
          root_directory     = efs_volume_configuration.value.root_directory
          transit_encryption = "ENABLED"

          authorization_config {
            access_point_id = efs_volume_configuration.value.access_point_id
            iam             = "ENABLED"
          }
        }
      }
    }
  }

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = alltrue([for name, others in local.waits_for_16 : !contains(others, name)])
      error_message = "containers: after and links go in a circle, so that none of ${join(", ", [for name, others in local.waits_for_16 : name if contains(others, name)])} would ever start; take one of the waits out."
    }
  }
}
