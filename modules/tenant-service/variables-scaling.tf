variable "scaling" {
  description = <<-EOT
    Number of tasks, and the two CPU alarms that change it. CPU is in per cent of what the tasks reserve. An alarm fires after
    `periods` periods of `seconds` in a row, and then adds (`high`) or takes away (`low`) `step` tasks; `steps`: CPU further out
    => tasks, such as `{ 85 = 3 }`. `track` replaces the alarms: "cpu", "memory" (per cent) or "requests" (a minute and task) =>
    the `target` to keep. `schedules`: a name => when the bounds become `min` and `max`, until the next schedule;
    a bound that any schedule moves is the schedules' alone. `start`: how many tasks a service is made with, `min` unless given; a move gives the number that runs.
  EOT
  type = object({
    min   = optional(number, 1)
    max   = optional(number, 4)
    start = optional(number)
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
    condition     = var.scaling.start == null || try(var.scaling.start >= 0 && floor(var.scaling.start) == var.scaling.start, false)
    error_message = "scaling.start: a whole number of tasks, or nothing."
  }
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
    condition     = alltrue([for alarm in [var.scaling.high, var.scaling.low] : alarm.seconds >= 60 && alarm.seconds % 60 == 0])
    error_message = "scaling: seconds is a multiple of 60: ECS measures CPU once a minute, so that an alarm on shorter periods would find nothing and never fire. To react sooner, lower periods or raise steps."
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
    condition     = var.deployment.strategy != "daemon" || length(var.scaling.track) + length(var.scaling.schedules) == 0
    error_message = "scaling: a daemon has one task on every machine, and nothing scales it; leave track and schedules out."
  }
  # ECS rounds the most tasks down and the fewest up: of one task, 50 and 150 per cent are one and one.
  validation {
    condition = alltrue([for fewest in [max(1, min(concat([var.scaling.min], [for schedule in var.scaling.schedules : schedule.min if schedule.min != null])...))] :
      floor(fewest * coalesce(var.deployment.max_percent, var.deployment.strategy == "daemon" ? 100 : 200) / 100) > fewest ||
      ceil(fewest * coalesce(var.deployment.min_healthy_percent, var.deployment.strategy == "daemon" ? 0 : 100) / 100) < fewest
    ])
    error_message = "deployment: of the fewest tasks that scaling allows (none counts as one) these percentages let ECS neither start one more nor stop one, so that none could ever be replaced; lower min_healthy_percent or raise max_percent."
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
