# Tasks that are not the service: one container each, the image and settings of one of the service's containers with another
# command and no port. The clock starts the scheduled ones, a queue keeps the workers busy, a person starts the one-off ones.

locals {
  tasks = merge(var.background.scheduled, var.background.queued, var.background.one_off)

  # On Fargate the task has the size, and its one container all of it.
  left_out = concat(["dependsOn", "healthCheck", "links", "restartPolicy"], local.fargate ? ["cpu", "memory", "memoryReservation"] : [])

  # A daemon's tasks need a place too.
  task_capacity    = length(local.capacity_providers) == 0 && !local.fargate ? { (var.cluster.capacity_provider) = { base = 0, weight = 1 } } : local.capacity_providers
  task_launch_type = length(local.task_capacity) == 0 ? "FARGATE" : null

  task_containers = { for name, task in local.tasks : name => coalesce(task.container, local.usual) }

  # A health check asks a web server that is not there; the others to wait for are not there either. A task that ends has done its work.
  task_bases = { for name, container in local.task_containers : name => {
    for key, value in local.container_definitions[container] : key => value if !contains(local.left_out, key)
  } }

  task_environments = { for name, task in local.tasks : name => merge(
    { for variable in local.task_bases[name].environment : variable.name => variable.value },
    contains(keys(var.background.queued), name) ? { QUEUE_URL = aws_sqs_queue.work[name].url } : {},
    task.environment,
  ) }

  task_container_definitions = { for name, task in local.tasks : name => merge(
    local.task_bases[name],
    task.command == null ? {} : { command = task.command },
    task.cpu == null || local.fargate ? {} : { cpu = task.cpu },
    task.memory == null || local.fargate ? {} : { memory = task.memory },
    task.memory_reservation == null || local.fargate ? {} : { memoryReservation = task.memory_reservation },
    {
      essential    = true
      portMappings = []
      environment  = [for variable, text in local.task_environments[name] : { name = variable, value = text } if text != null]
      logConfiguration = merge(local.task_bases[name].logConfiguration, {
        options = merge(
          local.task_bases[name].logConfiguration.options,
          contains(keys(local.task_bases[name].logConfiguration.options), "awslogs-stream-prefix") ? { awslogs-stream-prefix = name } : {},
        )
      })
    },
  ) }

  # Who sends the logs through a router brings it along.
  task_routers = { for name, container in local.task_containers : name => [
    for other, definition in local.container_definitions : merge({ for key, value in definition : key => value if !contains(["dependsOn", "links", "restartPolicy"], key) }, { portMappings = [] })
    if var.containers[other].log_router != null && try(var.containers[container].log.driver, "") == "awsfirelens"
  ] }

  # Written out, since the resource's own ARN is unknown in every plan with a new build.
  task_definitions = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition"
}

resource "aws_ecs_task_definition" "task" {
  for_each = local.tasks

  family                   = "${local.name}-${each.key}"
  network_mode             = var.task.network_mode
  requires_compatibilities = [var.task.launch_type]
  cpu                      = local.fargate ? coalesce(each.value.cpu, var.task.cpu) : null
  memory                   = local.fargate ? coalesce(each.value.memory, var.task.memory) : null
  execution_role_arn       = local.execution_role_arn
  task_role_arn            = local.task_role_arn
  container_definitions    = jsonencode(concat([local.task_container_definitions[each.key]], local.task_routers[each.key]))
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
  }
}
