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
    `periods` periods of `seconds` in a row, and then adds (`high`) or takes away (`low`) `step` tasks.
  EOT
  type = object({
    min = optional(number, 1)
    max = optional(number, 4)
    high = optional(object({
      cpu      = optional(number, 70)
      periods  = optional(number, 2)
      seconds  = optional(number, 60)
      step     = optional(number, 1)
      cooldown = optional(number, 60)
    }), {})
    low = optional(object({
      cpu      = optional(number, 20)
      periods  = optional(number, 5)
      seconds  = optional(number, 60)
      step     = optional(number, 1)
      cooldown = optional(number, 300)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.scaling.min >= 0 && var.scaling.max >= 1 && var.scaling.max >= var.scaling.min
    error_message = "scaling: min must be 0 or more, max 1 or more and not below min."
  }
  validation {
    condition     = var.scaling.low.cpu > 0 && var.scaling.high.cpu > var.scaling.low.cpu
    error_message = "scaling: high.cpu must be above low.cpu, and low.cpu above zero, or the service would swing."
  }
  validation {
    condition     = var.scaling.high.step >= 1 && var.scaling.low.step >= 1
    error_message = "scaling: step counts tasks and is 1 or more; low takes them away by itself, without a minus sign."
  }
  validation {
    condition     = alltrue([for alarm in [var.scaling.high, var.scaling.low] : contains([10, 30], alarm.seconds) || alarm.seconds % 60 == 0])
    error_message = "scaling: seconds must be 10, 30 or a multiple of 60."
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
    Tasks started by the clock: a name => `schedule` (`rate(1 hour)` or `cron(0 3 * * ? *)`, in UTC), `command` and the
    `container` whose image and settings it takes (the front one unless named).
  EOT
  type = map(object({
    schedule  = string
    command   = list(string)
    container = optional(string)
    enabled   = optional(bool, true)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.scheduled_tasks) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "scheduled_tasks: a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : can(regex("^(rate|cron)\\(.+\\)$", task.schedule))])
    error_message = "scheduled_tasks: schedule is rate(…) or cron(…), such as rate(1 hour)."
  }
  validation {
    condition     = alltrue([for task in var.scheduled_tasks : task.container == null || contains(keys(var.containers), coalesce(task.container, "-"))])
    error_message = "scheduled_tasks: container must be the name of one of the containers."
  }
}
