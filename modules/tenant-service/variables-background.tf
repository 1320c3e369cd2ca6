variable "background" {
  description = <<-EOT
    Tasks beside the service, each with a name of its own: one container with the image and settings of one of the containers
    (`container`; the one that takes the requests unless named), another `command` and `environment` over its own, and its own size.
    `scheduled`: by the clock, at `schedule` (`cron(0 3 * * ? *)`, `rate(1 hour)` or `at(2030-12-24T08:00:00)`) in `timezone`, within
    `window_minutes`. What cannot be started is tried again `retries` times within `retry_seconds`, and then kept in a dead-letter queue.
    `queued`: by messages. From `min` to `max` workers read a queue of their own, whose URL is in QUEUE_URL. `steps`: messages waiting =>
    tasks added every `cooldown` seconds while they wait; nothing waiting or in work for `idle_minutes`: `min` again. A message not deleted
    within `visibility_seconds` (longer than the longest work) is given out again, after `attempts` times to the dead-letter queue.
    `senders`: a name of your choice => ARN of a topic, bucket or event rule that may send.
    `one_off`: by a person or a pipeline, such as a migration, with what the output run_task says.
  EOT
  type = object({
    scheduled = optional(map(object({
      schedule           = string
      timezone           = optional(string, "UTC")
      command            = optional(list(string))
      container          = optional(string)
      environment        = optional(map(string), {})
      cpu                = optional(number)
      memory             = optional(number)
      memory_reservation = optional(number)
      enabled            = optional(bool, true)
      count              = optional(number, 1)
      window_minutes     = optional(number, 0)
      retries            = optional(number, 10)
      retry_seconds      = optional(number, 3600)
    })), {})
    queued = optional(map(object({
      command            = optional(list(string))
      container          = optional(string)
      environment        = optional(map(string), {})
      cpu                = optional(number)
      memory             = optional(number)
      memory_reservation = optional(number)
      min                = optional(number, 0)
      max                = optional(number, 4)
      steps              = optional(map(number), { 1 = 1, 100 = 3 })
      cooldown           = optional(number, 60)
      idle_minutes       = optional(number, 5)
      visibility_seconds = optional(number, 300)
      attempts           = optional(number, 3)
      senders            = optional(map(string), {})
    })), {})
    one_off = optional(map(object({
      command            = optional(list(string))
      container          = optional(string)
      environment        = optional(map(string), {})
      cpu                = optional(number)
      memory             = optional(number)
      memory_reservation = optional(number)
    })), {})
  })
  default  = {}
  nullable = false

  # What is said of every kind.

  validation {
    condition     = alltrue([for name in flatten([for tasks in values(var.background) : keys(tasks)]) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "background: a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = length(distinct(flatten([for tasks in values(var.background) : keys(tasks)]))) == length(flatten([for tasks in values(var.background) : keys(tasks)]))
    error_message = "background: two tasks of different kinds have the same name; give one of them another."
  }
  validation {
    condition     = alltrue(flatten([for tasks in values(var.background) : [for task in tasks : task.container == null || contains(keys(var.containers), coalesce(task.container, "-"))]]))
    error_message = "background: container must be the name of one of the containers."
  }
  validation {
    condition     = alltrue(flatten([for tasks in values(var.background) : [for task in tasks : task.container != null || local.front != null || length(var.containers) == 1]]))
    error_message = "background: name the container whose image a task takes, since none of several takes the requests."
  }
  validation {
    condition     = alltrue(flatten([for tasks in values(var.background) : [for task in tasks : task.command == null || try(length(task.command) > 0, false)]]))
    error_message = "background: command needs a word; leave it out to run the image's own."
  }
  validation {
    condition = alltrue(flatten([for tasks in values(var.background) : [for task in tasks : try(
      coalesce(task.memory, var.containers[coalesce(task.container, local.usual)].memory) >= coalesce(task.memory_reservation, var.containers[coalesce(task.container, local.usual)].memory_reservation),
      true, # no limit, or no such container
    )]]))
    error_message = "background: memory (the hard limit, the container's own unless given) must not be below memory_reservation."
  }
  validation {
    condition = alltrue(flatten([for tasks in values(var.background) : [for task in tasks :
      var.task.launch_type != "FARGATE" || try(contains(local.fargate_memory[coalesce(task.cpu, var.task.cpu)], coalesce(task.memory, var.task.memory)), false)
    ]]))
    error_message = "background: on Fargate cpu and memory are the task's size, and only some pairs are sold: see task."
  }

  # The clock.

  validation {
    condition     = alltrue([for task in var.background.scheduled : can(regex(local.schedule_pattern, task.schedule))])
    error_message = "background.scheduled: schedule is cron(minute hour day month weekday year) with \"?\" for day or weekday, rate(1 hour), or at(2030-12-24T08:00:00); one unit is singular, more are plural."
  }
  validation {
    condition     = alltrue([for task in var.background.scheduled : can(regex(local.timezone_pattern, task.timezone))])
    error_message = "background.scheduled: timezone is a name of the time zone database, such as UTC or Australia/Sydney."
  }
  validation {
    condition     = alltrue([for task in var.background.scheduled : contains(range(1, 11), task.count)])
    error_message = "background.scheduled: count is how many tasks start each time, from 1 to 10."
  }
  validation {
    condition     = alltrue([for task in var.background.scheduled : task.window_minutes >= 0 && task.window_minutes <= 1440 && floor(task.window_minutes) == task.window_minutes])
    error_message = "background.scheduled: window_minutes is from 0 (on the minute) to 1440 (a day)."
  }
  validation {
    condition     = alltrue([for task in var.background.scheduled : task.retries >= 0 && task.retries <= 185 && task.retry_seconds >= 60 && task.retry_seconds <= 86400])
    error_message = "background.scheduled: retries is from 0 to 185, retry_seconds from 60 to 86400 (a day)."
  }

  # Messages.

  validation {
    condition     = alltrue([for task in var.background.queued : task.min >= 0 && task.max >= 1 && task.max >= task.min && floor(task.min) == task.min && floor(task.max) == task.max])
    error_message = "background.queued: min must be 0 or more, max 1 or more and not below min."
  }
  validation {
    condition = alltrue(flatten([for task in var.background.queued : [for messages, tasks in task.steps :
      can(regex("^[1-9][0-9]*$", messages)) && tasks >= 1 && floor(tasks) == tasks
    ]]))
    error_message = "background.queued: steps is messages waiting => tasks to add, whole numbers from 1, such as { 1 = 1, 100 = 3 }."
  }
  validation {
    condition     = alltrue([for task in var.background.queued : length(task.steps) >= 1 && length(task.steps) <= 20])
    error_message = "background.queued: steps holds 1 to 20 steps; without one no message would start a task."
  }
  validation {
    condition = alltrue([for task in var.background.queued :
      task.cooldown >= 0 && task.cooldown <= 3600 && task.idle_minutes >= 1 && task.idle_minutes <= 1440 && floor(task.idle_minutes) == task.idle_minutes
    ])
    error_message = "background.queued: cooldown is from 0 to 3600 seconds, idle_minutes from 1 to 1440."
  }
  validation {
    condition     = alltrue([for task in var.background.queued : task.visibility_seconds >= 1 && task.visibility_seconds <= 43200 && contains(range(1, 1001), task.attempts)])
    error_message = "background.queued: visibility_seconds is from 1 to 43200 (12 hours), attempts from 1 to 1000."
  }
  validation {
    condition     = alltrue(flatten([for task in var.background.queued : [for arn in values(task.senders) : can(regex("^arn:[a-z-]+:(sns|events|s3):", arn))]]))
    error_message = "background.queued: a sender is the ARN of an SNS topic, an EventBridge rule or an S3 bucket."
  }
}
