variable "targets" {
  description = <<-EOT
    The services that take requests, by name. `target_type`: "ip" where each task has an address (network mode awsvpc), else "instance". `path`: what
    the service answers for, such as /api/*; one service may have none, and answers for every other path. `health_check`: what the load balancer asks
    every task, and when it believes the answer, in seconds. `drain_seconds` (how long a leaving task may finish its requests), `slow_start_seconds`,
    `sticky_seconds` (0 is off). On a shared load balancer: `priority` of the service's rule there, assigned once, and no other rule's on that
    one. `moving`: further priorities, for an apply that moves the service to the other kind of target group: of the rule that
    `turned`, and of the old one `aside`, by the kind of its targets; `aside` comes after the others. `joining`: for the first apply of a service on
    a load balancer that is in use; no client is led to it, and the apply after it leads all.
  EOT
  type = map(object({
    target_type = string
    path        = optional(string)
    health_check = optional(object({
      path      = optional(string, "/")
      codes     = optional(string, "200-399")
      interval  = optional(number, 10)
      timeout   = optional(number, 5)
      healthy   = optional(number, 2)
      unhealthy = optional(number, 3)
    }), {})
    drain_seconds      = optional(number, 30)
    slow_start_seconds = optional(number, 0)
    sticky_seconds     = optional(number, 0)
    priority           = optional(number)
    joining            = optional(bool, false)
    moving = optional(object({
      turned = number
      aside  = object({ instance = number, ip = number })
    }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.targets) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "targets: the name of a service is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = alltrue([for target in var.targets : contains(["instance", "ip"], target.target_type)])
    error_message = "targets: target_type is \"instance\" or \"ip\"."
  }
  validation {
    condition     = length([for target in var.targets : target if target.path == null]) <= 1
    error_message = "targets: one service at most has no path, and answers for every path that no other service has."
  }
  # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html, "Condition values per rule"
  validation {
    condition     = var.load_balancer.mode != "shared" || alltrue([for target in var.targets : target.path == null]) || length(var.dns.aliases) <= 3
    error_message = "targets: a rule of a load balancer holds five values; on a shared one a service with a path leaves room for the hostname and three aliases. Take an alias out, or give the tenant a load balancer of its own."
  }
  validation {
    condition     = length(distinct([for target in var.targets : target.path])) == length(var.targets) || length([for target in var.targets : target if target.path == null]) > 1
    error_message = "targets: two services have one path; give one of them another."
  }
  validation {
    condition = alltrue([for target in var.targets : target.path == null || try(
      can(regex("^/[A-Za-z0-9_.$/~@:+*?-]*$", target.path)) && length(target.path) <= 60 && length(replace(target.path, "/[^*?]/", "")) <= 5 && target.path != "/*", false
    )])
    error_message = "targets: a path begins with a slash, such as /api/*, has at most 60 letters, digits and _.$/~@:+-, and at most five of * (any letters) and ? (one letter). What answers for every path has none."
  }
  validation {
    condition     = var.load_balancer.mode != "shared" || alltrue([for target in var.targets : try(target.priority >= 1 && target.priority <= 50000 && floor(target.priority) == target.priority, false)])
    error_message = "targets: on a shared load balancer priority is a whole number from 1 to 50000, assigned to this service alone."
  }
  validation {
    condition     = var.load_balancer.mode != "shared" || length(distinct([for target in var.targets : target.priority])) == length(var.targets)
    error_message = "targets: two services have one priority; a rule's number is no other rule's."
  }
  validation {
    condition = alltrue([for target in var.targets : target.moving == null || try(
      length(toset(concat([target.priority, target.moving.turned], values(target.moving.aside)))) == 4 &&
      alltrue([for number in concat([target.moving.turned], values(target.moving.aside)) : number >= 1 && number <= 50000 && floor(number) == number]) &&
      max(target.priority, target.moving.turned) < min(values(target.moving.aside)...),
      false
    )])
    error_message = "targets: moving is three whole numbers from 1 to 50000 that no rule has there; aside above turned and priority, since of two rules with one host name the lower number answers."
  }
  validation {
    condition     = alltrue([for target in var.targets : startswith(target.health_check.path, "/")])
    error_message = "targets: health_check.path: begin with a slash, such as /health."
  }
  validation {
    condition     = alltrue([for target in var.targets : can(regex("^[2-4][0-9]{2}([-,][2-4][0-9]{2})*$", target.health_check.codes))])
    error_message = "targets: health_check.codes: HTTP codes from 200 to 499, such as 200, 200-299 or 200,302."
  }
  validation {
    condition     = alltrue([for target in var.targets : target.health_check.timeout < target.health_check.interval])
    error_message = "targets: health_check.timeout: must be shorter than the interval."
  }
  validation {
    condition     = alltrue([for target in var.targets : target.health_check.interval >= 5 && target.health_check.interval <= 300 && target.health_check.timeout >= 2 && target.health_check.timeout <= 120])
    error_message = "targets: health_check: interval must be between 5 and 300, timeout between 2 and 120."
  }
  validation {
    condition     = alltrue([for target in var.targets : alltrue([for count in [target.health_check.healthy, target.health_check.unhealthy] : count >= 2 && count <= 10])])
    error_message = "targets: health_check: healthy and unhealthy must be between 2 and 10."
  }
  validation {
    condition     = alltrue([for target in var.targets : target.drain_seconds >= 0])
    error_message = "targets: drain_seconds is 0 or more."
  }
  validation {
    condition     = alltrue([for target in var.targets : target.slow_start_seconds == 0 || (target.slow_start_seconds >= 30 && target.slow_start_seconds <= 900)])
    error_message = "targets: slow_start_seconds is 0 (off), or 30 to 900."
  }
  validation {
    condition     = alltrue([for target in var.targets : target.sticky_seconds >= 0 && target.sticky_seconds <= 604800])
    error_message = "targets: sticky_seconds is 0 (off), or up to 604800 (a week)."
  }
}
