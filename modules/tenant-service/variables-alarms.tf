variable "alarms" {
  description = <<-EOT
    What a person should know of, and the SNS topics that get a message when an alarm begins and ends: a name of your choice => the topic's ARN.
    An alarm begins when there are more than `over` of it (hosts, answers, messages) for `periods` periods of `seconds` in a row;
    `no_running_task` when there is none. The alarms that scale are not among them.
  EOT
  type = object({
    enabled = optional(bool, true)
    topics  = optional(map(string), {})
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
    condition     = alltrue([for arn in values(var.alarms.topics) : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", arn))])
    error_message = "alarms.topics: every value is the ARN of a standard SNS topic (no FIFO one), such as arn:aws:sns:ap-southeast-2:123456789012:oncall."
  }
  validation {
    condition     = length(var.alarms.topics) <= 5
    error_message = "alarms.topics: CloudWatch tells at most five; subscribe the others to one of them."
  }
  validation {
    condition     = var.alarms.enabled || length(var.alarms.topics) == 0
    error_message = "alarms.topics: nothing is told while alarms.enabled is false; leave one of the two out."
  }
  validation {
    condition = alltrue([for alarm in [var.alarms.unhealthy_hosts, var.alarms.target_5xx, var.alarms.dead_letters] :
      alarm.over >= 0
    ])
    error_message = "alarms: over is a number of hosts, answers or messages, 0 or more."
  }
  validation {
    condition = alltrue([for alarm in [var.alarms.unhealthy_hosts, var.alarms.target_5xx, var.alarms.no_running_task, var.alarms.dead_letters] :
      alarm.seconds >= 60 && alarm.seconds % 60 == 0
    ])
    error_message = "alarms: seconds is a multiple of 60; AWS measures these once a minute."
  }
  validation {
    condition = alltrue([for alarm in [var.alarms.unhealthy_hosts, var.alarms.target_5xx, var.alarms.no_running_task, var.alarms.dead_letters] :
      alarm.periods >= 1 && floor(alarm.periods) == alarm.periods && alarm.periods * alarm.seconds <= 86400
    ])
    error_message = "alarms: periods is a whole number from 1, and periods times seconds at most a day (86400)."
  }
}
