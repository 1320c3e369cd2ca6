# Tasks that are not the service: one container each, the image and settings of one of the service's containers with another
# command and no port. The clock starts the scheduled ones, a queue keeps the workers busy, a person starts the one-off ones.

locals {
  tasks = merge(var.scheduled_tasks, var.queue_tasks, var.one_off_tasks)

  task_containers = { for name, task in local.tasks : name => coalesce(task.container, local.front, keys(var.containers)[0]) }

  # A health check asks a web server that is not there; the others to wait for are not there either.
  task_bases = { for name, container in local.task_containers : name => {
    for key, value in local.container_definitions[container] : key => value if !contains(["dependsOn", "healthCheck"], key)
  } }

  task_environments = { for name, task in local.tasks : name => merge(
    { for variable in local.task_bases[name].environment : variable.name => variable.value },
    contains(keys(var.queue_tasks), name) ? { QUEUE_URL = aws_sqs_queue.work[name].url } : {},
    task.environment,
  ) }

  task_container_definitions = { for name, task in local.tasks : name => merge(
    local.task_bases[name],
    task.command == null ? {} : { command = task.command },
    task.cpu == null ? {} : { cpu = task.cpu },
    task.memory == null ? {} : { memory = task.memory },
    task.memory_reservation == null ? {} : { memoryReservation = task.memory_reservation },
    {
      essential    = true
      portMappings = []
      environment  = [for variable, text in local.task_environments[name] : { name = variable, value = text }]
      logConfiguration = merge(local.task_bases[name].logConfiguration, {
        options = merge(
          local.task_bases[name].logConfiguration.options,
          contains(keys(local.task_bases[name].logConfiguration.options), "awslogs-stream-prefix") ? { awslogs-stream-prefix = name } : {},
        )
      })
    },
  ) }

  # Written out, since the resource's own ARN is unknown in every plan with a new build.
  task_definitions = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition"
}

resource "aws_ecs_task_definition" "task" {
  for_each = local.tasks

  family                = "${local.name}-${each.key}"
  network_mode          = var.task.network_mode
  execution_role_arn    = aws_iam_role.execution.arn
  task_role_arn         = aws_iam_role.task.arn
  container_definitions = jsonencode([local.task_container_definitions[each.key]])
  skip_destroy          = true

  lifecycle {
    create_before_destroy = true
  }
}
