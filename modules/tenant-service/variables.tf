variable "stack" {
  description = "Name of the stack, such as appcluster-test."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.stack)) && !startswith(var.stack, "internal-")
    error_message = "stack: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter, and not with \"internal-\" (load balancers refuse it)."
  }
}

variable "tenant" {
  description = "Name of the tenant; its service in the cluster begins with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.tenant))
    error_message = "tenant: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "cluster" {
  description = "Where the service runs: what the module ecs-cluster gives out, under the same names."
  type = object({
    name                            = string
    arn                             = string
    capacity_provider               = string
    vpc_id                          = string
    node_subnet_ids                 = set(string)
    load_balancer_subnet_ids        = set(string)
    load_balancer_security_group_id = string
  })
  nullable = false

  validation {
    condition     = var.load_balancer.mode != "own" || length(var.cluster.load_balancer_subnet_ids) >= 2
    error_message = "cluster.load_balancer_subnet_ids: a load balancer needs two subnets, in different zones."
  }
}

variable "scaling" {
  description = <<-EOT
    Number of tasks, and the two CPU alarms that change it. CPU is in per cent of what the tasks reserve. An alarm fires after
    `periods` periods of `seconds` in a row, and then adds (`high`) or takes away (`low`) `step` tasks; `steps`: CPU further out
    => tasks, such as `{ 85 = 3 }`. `track` replaces the alarms: "cpu", "memory" (per cent) or "requests" (a minute and task) =>
    the `target` to keep. `schedules`: a name => when the bounds become `min` and `max`, until the next schedule.
  EOT
  type = object({
    min = optional(number, 1)
    max = optional(number, 4)
    high = optional(object({
      cpu      = optional(number, 70)
      periods  = optional(number, 2)
      seconds  = optional(number, 60)
      step     = optional(number, 1)
      steps    = optional(map(number), {})
      cooldown = optional(number, 60)
    }), {})
    low = optional(object({
      cpu      = optional(number, 20)
      periods  = optional(number, 5)
      seconds  = optional(number, 60)
      step     = optional(number, 1)
      steps    = optional(map(number), {})
      cooldown = optional(number, 300)
    }), {})
    track = optional(map(object({
      target       = number
      out_cooldown = optional(number, 60)
      in_cooldown  = optional(number, 300)
      scale_in     = optional(bool, true)
    })), {})
    schedules = optional(map(object({
      schedule = string
      timezone = optional(string, "UTC")
      min      = optional(number)
      max      = optional(number)
    })), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.scaling.min >= 0 && var.scaling.max >= 1 && var.scaling.max >= var.scaling.min
    error_message = "scaling: min must be 0 or more, max 1 or more and not below min."
  }
  validation {
    condition     = alltrue([for number in [var.scaling.min, var.scaling.max] : floor(number) == number])
    error_message = "scaling: min and max count tasks; give whole numbers."
  }
  validation {
    condition     = var.scaling.low.cpu > 0 && var.scaling.high.cpu > var.scaling.low.cpu
    error_message = "scaling: high.cpu must be above low.cpu, and low.cpu above zero, or the service would swing."
  }
  validation {
    condition = alltrue(flatten([for alarm in [var.scaling.high, var.scaling.low] : [
      for step in concat([alarm.step], values(alarm.steps)) : step >= 1 && floor(step) == step
    ]]))
    error_message = "scaling: step and the values of steps count tasks and are 1 or more; low takes them away by itself, without a minus sign."
  }
  validation {
    condition     = alltrue([for alarm in [var.scaling.high, var.scaling.low] : contains([10, 30], alarm.seconds) || (alarm.seconds >= 60 && alarm.seconds % 60 == 0)])
    error_message = "scaling: seconds must be 10, 30 or a multiple of 60."
  }
  validation {
    condition     = alltrue([for alarm in [var.scaling.high, var.scaling.low] : alarm.periods >= 1 && floor(alarm.periods) == alarm.periods && alarm.periods * alarm.seconds <= 86400])
    error_message = "scaling: periods is a whole number from 1, and periods times seconds at most a day (86400)."
  }
  validation {
    condition     = alltrue([for cpu in keys(var.scaling.high.steps) : try(tonumber(cpu) > var.scaling.high.cpu, false)])
    error_message = "scaling.high.steps: every key is a CPU above high.cpu, such as { 85 = 3 }; what happens at high.cpu itself says step."
  }
  validation {
    condition     = alltrue([for cpu in keys(var.scaling.low.steps) : try(tonumber(cpu) < var.scaling.low.cpu && tonumber(cpu) > 0, false)])
    error_message = "scaling.low.steps: every key is a CPU between zero and low.cpu, such as { 5 = 2 }; what happens at low.cpu itself says step."
  }
  validation {
    condition = alltrue([for alarm in [var.scaling.high, var.scaling.low] :
      length(distinct([for cpu in keys(alarm.steps) : try(tonumber(cpu), cpu)])) == length(alarm.steps)
    ])
    error_message = "scaling: two of the steps begin at the same CPU and overlap (85 and 85.0 are one); keep one of them."
  }
  validation {
    condition = alltrue(flatten([for sign, alarm in { "1" = var.scaling.high, "-1" = var.scaling.low } : [
      for cpu, step in alarm.steps : [for other, less in merge(alarm.steps, { (alarm.cpu) = alarm.step }) :
        try((tonumber(other) - tonumber(cpu)) * tonumber(sign) >= 0 || less <= step, true)
      ]
    ]]))
    error_message = "scaling: a step further out must not move fewer tasks than one nearer to the threshold; raise it, or leave it out."
  }
  validation {
    condition     = alltrue([for alarm in [var.scaling.high, var.scaling.low] : length(alarm.steps) <= 19])
    error_message = "scaling: a policy holds 20 steps, the first among them; leave some of steps out."
  }
  validation {
    condition     = alltrue([for alarm in [var.scaling.high, var.scaling.low] : alarm.cooldown >= 0 && alarm.cooldown <= 3600])
    error_message = "scaling: cooldown is in seconds, from 0 to 3600."
  }
  validation {
    condition     = alltrue([for metric in keys(var.scaling.track) : contains(["cpu", "memory", "requests"], metric)])
    error_message = "scaling.track: the metrics are \"cpu\", \"memory\" and \"requests\"."
  }
  validation {
    condition     = alltrue([for metric, track in var.scaling.track : track.target > 0 && (metric == "requests" || track.target <= 100)])
    error_message = "scaling.track: target is above zero; of \"cpu\" and \"memory\" it is per cent, at most 100."
  }
  validation {
    condition     = !contains(keys(var.scaling.track), "requests") || var.load_balancer.mode != "none"
    error_message = "scaling.track: a load balancer counts the requests, and there is none; track \"cpu\" or \"memory\"."
  }
  validation {
    condition     = var.deployment.strategy != "daemon" || length(var.scaling.track) + length(var.scaling.schedules) == 0
    error_message = "scaling: a daemon has one task on every machine, and nothing scales it; leave track and schedules out."
  }
  validation {
    condition     = alltrue([for track in var.scaling.track : min(track.out_cooldown, track.in_cooldown) >= 0 && max(track.out_cooldown, track.in_cooldown) <= 3600])
    error_message = "scaling.track: out_cooldown and in_cooldown are in seconds, from 0 to 3600."
  }
  validation {
    condition     = alltrue([for name in keys(var.scaling.schedules) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "scaling.schedules: a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = alltrue([for schedule in var.scaling.schedules : can(regex(local.schedule_pattern, schedule.schedule))])
    error_message = "scaling.schedules: schedule is cron(minute hour day month weekday year) with \"?\" for day or weekday, rate(1 hour), or at(2030-12-24T08:00:00); one unit is singular, more are plural."
  }
  validation {
    condition     = alltrue([for schedule in var.scaling.schedules : can(regex(local.timezone_pattern, schedule.timezone))])
    error_message = "scaling.schedules: timezone is a name of the time zone database, such as UTC or Australia/Sydney."
  }
  validation {
    condition     = alltrue([for schedule in var.scaling.schedules : schedule.min != null || schedule.max != null])
    error_message = "scaling.schedules: give min, max or both, or the schedule would change nothing."
  }
  validation {
    condition = alltrue([for schedule in var.scaling.schedules :
      coalesce(schedule.min, 0) >= 0 && (schedule.max == null || try(schedule.max >= coalesce(schedule.min, 0), false))
    ])
    error_message = "scaling.schedules: min must be 0 or more, and max not below min."
  }
  validation {
    condition = alltrue([for schedule in var.scaling.schedules :
      (schedule.min == null || schedule.max != null || try(schedule.min <= var.scaling.max, false)) && (schedule.max == null || schedule.min != null || try(schedule.max >= var.scaling.min, false))
    ])
    error_message = "scaling.schedules: a min above scaling.max needs a max of its own, and a max below scaling.min a min: AWS lets no bound pass the other."
  }
}

variable "alarms" {
  description = <<-EOT
    What somebody should know of, and whom CloudWatch tells: `topic_arn`, an SNS topic, hears when an alarm begins and ends. An alarm begins
    when there are more than `over` of it (hosts, answers, messages) for `periods` periods of `seconds` in a row; `no_running_task` when there is none.
  EOT
  type = object({
    topic_arn = optional(string)
    unhealthy_hosts = optional(object({
      enabled = optional(bool, true)
      over    = optional(number, 0)
      seconds = optional(number, 60)
      periods = optional(number, 3)
    }), {})
    target_5xx = optional(object({
      enabled = optional(bool, true)
      over    = optional(number, 10)
      seconds = optional(number, 300)
      periods = optional(number, 1)
    }), {})
    load_balancer_5xx = optional(object({
      enabled = optional(bool, true)
      over    = optional(number, 10)
      seconds = optional(number, 300)
      periods = optional(number, 1)
    }), {})
    no_running_task = optional(object({
      enabled = optional(bool, true)
      seconds = optional(number, 60)
      periods = optional(number, 3)
    }), {})
    dead_letters = optional(object({
      enabled = optional(bool, true)
      over    = optional(number, 0)
      seconds = optional(number, 300)
      periods = optional(number, 1)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alarms.topic_arn == null || can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alarms.topic_arn))
    error_message = "alarms.topic_arn: give the ARN of an SNS topic, such as arn:aws:sns:ap-southeast-2:123456789012:alerts; alarms cannot reach a FIFO topic."
  }
  validation {
    condition = alltrue([for alarm in [var.alarms.unhealthy_hosts, var.alarms.target_5xx, var.alarms.load_balancer_5xx, var.alarms.dead_letters] :
      alarm.over >= 0
    ])
    error_message = "alarms: over is a number of hosts, answers or messages, 0 or more."
  }
  validation {
    condition = alltrue([for alarm in [var.alarms.unhealthy_hosts, var.alarms.target_5xx, var.alarms.load_balancer_5xx, var.alarms.no_running_task, var.alarms.dead_letters] :
      alarm.seconds >= 60 && alarm.seconds % 60 == 0
    ])
    error_message = "alarms: seconds is a multiple of 60; AWS measures these once a minute."
  }
  validation {
    condition = alltrue([for alarm in [var.alarms.unhealthy_hosts, var.alarms.target_5xx, var.alarms.load_balancer_5xx, var.alarms.no_running_task, var.alarms.dead_letters] :
      alarm.periods >= 1 && floor(alarm.periods) == alarm.periods && alarm.periods * alarm.seconds <= 86400
    ])
    error_message = "alarms: periods is a whole number from 1, and periods times seconds at most a day (86400)."
  }
}

variable "log_retention_days" {
  description = "How many days the containers' logs are kept."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: CloudWatch knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
}

variable "scheduled_tasks" {
  description = <<-EOT
    Tasks started by the clock: a name => `schedule` (`cron(0 3 * * ? *)`, `rate(1 hour)` or `at(2030-12-24T08:00:00)`) in `timezone`, `command`
    (the image's own unless given) and the `container` whose image and settings they take (the front one unless named); `environment` adds
    to the container's. What cannot be started is tried again `retries` times within `retry_seconds`, and then kept in a dead-letter queue.
    `window_minutes`: start some time within, so that not all tenants start at once.
  EOT
  type = map(object({
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
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.scheduled_tasks) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "scheduled_tasks: a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : task.container == null || contains(keys(var.containers), coalesce(task.container, "-"))])
    error_message = "scheduled_tasks: container must be the name of one of the containers."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : task.container != null || local.front != null || length(var.containers) == 1])
    error_message = "scheduled_tasks: name the container whose image a task takes, since none of several is the front one."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : task.command == null || length(coalesce(task.command, [])) > 0])
    error_message = "scheduled_tasks: command needs a word; leave it out to run the image's own."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : task.memory == null || try(task.memory >= coalesce(task.memory_reservation, 0), false)])
    error_message = "scheduled_tasks: memory (the hard limit) must not be below memory_reservation."
  }
  validation {
    condition = alltrue([for task in var.scheduled_tasks :
      var.task.launch_type != "FARGATE" || try(contains(local.fargate_memory[coalesce(task.cpu, var.task.cpu)], coalesce(task.memory, var.task.memory)), false)
    ])
    error_message = "scheduled_tasks: on Fargate cpu and memory are the task's size, and only some pairs are sold: see task."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : can(regex(local.schedule_pattern, task.schedule))])
    error_message = "scheduled_tasks: schedule is cron(minute hour day month weekday year) with \"?\" for day or weekday, rate(1 hour), or at(2030-12-24T08:00:00); one unit is singular, more are plural."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : can(regex(local.timezone_pattern, task.timezone))])
    error_message = "scheduled_tasks: timezone is a name of the time zone database, such as UTC or Australia/Sydney."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : contains(range(1, 11), task.count)])
    error_message = "scheduled_tasks: count is how many tasks start each time, from 1 to 10."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : task.window_minutes >= 0 && task.window_minutes <= 1440 && floor(task.window_minutes) == task.window_minutes])
    error_message = "scheduled_tasks: window_minutes is from 0 (on the minute) to 1440 (a day)."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : task.retries >= 0 && task.retries <= 185 && task.retry_seconds >= 60 && task.retry_seconds <= 86400])
    error_message = "scheduled_tasks: retries is from 0 to 185, retry_seconds from 60 to 86400 (a day)."
  }
}

variable "queue_tasks" {
  description = <<-EOT
    Workers that messages start: a name => a queue of its own, and from `min` to `max` tasks that read it; its URL is in their environment as QUEUE_URL.
    `steps`: messages waiting => tasks added every `cooldown` seconds while they wait. Nothing waiting or in work for `idle_minutes`: `min` again.
    A message not deleted after `visibility_seconds` (longer than the longest work) is given out again, after `attempts` times to the dead-letter queue.
    `senders`: a name of your choice => ARN of a topic, bucket or event rule that may send. The rest is as in scheduled_tasks.
  EOT
  type = map(object({
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
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.queue_tasks) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "queue_tasks: a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = alltrue([for task in var.queue_tasks : task.container == null || contains(keys(var.containers), coalesce(task.container, "-"))])
    error_message = "queue_tasks: container must be the name of one of the containers."
  }
  validation {
    condition     = alltrue([for task in var.queue_tasks : task.container != null || local.front != null || length(var.containers) == 1])
    error_message = "queue_tasks: name the container whose image a task takes, since none of several is the front one."
  }
  validation {
    condition     = alltrue([for task in var.queue_tasks : task.command == null || length(coalesce(task.command, [])) > 0])
    error_message = "queue_tasks: command needs a word; leave it out to run the image's own."
  }
  validation {
    condition     = alltrue([for task in var.queue_tasks : task.memory == null || try(task.memory >= coalesce(task.memory_reservation, 0), false)])
    error_message = "queue_tasks: memory (the hard limit) must not be below memory_reservation."
  }
  validation {
    condition = alltrue([for task in var.queue_tasks :
      var.task.launch_type != "FARGATE" || try(contains(local.fargate_memory[coalesce(task.cpu, var.task.cpu)], coalesce(task.memory, var.task.memory)), false)
    ])
    error_message = "queue_tasks: on Fargate cpu and memory are the task's size, and only some pairs are sold: see task."
  }
  validation {
    condition     = length(setintersection(keys(var.queue_tasks), keys(var.scheduled_tasks))) == 0
    error_message = "queue_tasks: a scheduled task has the same name; give one of them another."
  }
  validation {
    condition     = alltrue([for task in var.queue_tasks : task.min >= 0 && task.max >= 1 && task.max >= task.min && floor(task.min) == task.min && floor(task.max) == task.max])
    error_message = "queue_tasks: min must be 0 or more, max 1 or more and not below min."
  }
  validation {
    condition = alltrue(flatten([for task in var.queue_tasks : [for messages, tasks in task.steps :
      can(regex("^[1-9][0-9]*$", messages)) && tasks >= 1 && floor(tasks) == tasks
    ]]))
    error_message = "queue_tasks: steps is messages waiting => tasks to add, whole numbers from 1, such as { 1 = 1, 100 = 3 }."
  }
  validation {
    condition     = alltrue([for task in var.queue_tasks : length(task.steps) >= 1 && length(task.steps) <= 20])
    error_message = "queue_tasks: steps holds 1 to 20 steps; without one no message would start a task."
  }
  validation {
    condition = alltrue([for task in var.queue_tasks :
      task.cooldown >= 0 && task.cooldown <= 3600 && task.idle_minutes >= 1 && task.idle_minutes <= 1440 && floor(task.idle_minutes) == task.idle_minutes
    ])
    error_message = "queue_tasks: cooldown is from 0 to 3600 seconds, idle_minutes from 1 to 1440."
  }
  validation {
    condition     = alltrue([for task in var.queue_tasks : task.visibility_seconds >= 1 && task.visibility_seconds <= 43200 && contains(range(1, 1001), task.attempts)])
    error_message = "queue_tasks: visibility_seconds is from 1 to 43200 (12 hours), attempts from 1 to 1000."
  }
  validation {
    condition     = alltrue(flatten([for task in var.queue_tasks : [for arn in values(task.senders) : can(regex("^arn:[a-z-]+:(sns|events|s3):", arn))]]))
    error_message = "queue_tasks: a sender is the ARN of an SNS topic, an EventBridge rule or an S3 bucket."
  }
}

variable "one_off_tasks" {
  description = <<-EOT
    Tasks that a person or a pipeline starts, such as a migration: a name => `command` and the rest as in scheduled_tasks. Nothing starts them here;
    the output run_task holds what `aws ecs run-task` needs.
  EOT
  type = map(object({
    command            = optional(list(string))
    container          = optional(string)
    environment        = optional(map(string), {})
    cpu                = optional(number)
    memory             = optional(number)
    memory_reservation = optional(number)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.one_off_tasks) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "one_off_tasks: a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = alltrue([for task in var.one_off_tasks : task.container == null || contains(keys(var.containers), coalesce(task.container, "-"))])
    error_message = "one_off_tasks: container must be the name of one of the containers."
  }
  validation {
    condition     = alltrue([for task in var.one_off_tasks : task.container != null || local.front != null || length(var.containers) == 1])
    error_message = "one_off_tasks: name the container whose image a task takes, since none of several is the front one."
  }
  validation {
    condition     = alltrue([for task in var.one_off_tasks : task.command == null || length(coalesce(task.command, [])) > 0])
    error_message = "one_off_tasks: command needs a word; leave it out to run the image's own."
  }
  validation {
    condition     = alltrue([for task in var.one_off_tasks : task.memory == null || try(task.memory >= coalesce(task.memory_reservation, 0), false)])
    error_message = "one_off_tasks: memory (the hard limit) must not be below memory_reservation."
  }
  validation {
    condition = alltrue([for task in var.one_off_tasks :
      var.task.launch_type != "FARGATE" || try(contains(local.fargate_memory[coalesce(task.cpu, var.task.cpu)], coalesce(task.memory, var.task.memory)), false)
    ])
    error_message = "one_off_tasks: on Fargate cpu and memory are the task's size, and only some pairs are sold: see task."
  }
  validation {
    condition     = length(setintersection(keys(var.one_off_tasks), concat(keys(var.scheduled_tasks), keys(var.queue_tasks)))) == 0
    error_message = "one_off_tasks: a scheduled task or a queue has the same name; give one of them another."
  }
}
