variable "deployment" {
  description = <<-EOT
    How a new version is rolled out, and where tasks are placed. `strategy`: "replica" or "daemon" (one task on every machine).
    `placement`: "zone_spread" (zones, then machines; the default), "zone_binpack" (zones, then the fullest machine: cheapest),
    "binpack", "one_per_host", "random" or "custom": then `strategies`, in their order. `constraints`: a name of your choice => a
    cluster query expression that a machine must fulfil. `capacity_providers`: name => base and weight, instead of the
    cluster's own; on Fargate FARGATE and FARGATE_SPOT. `alarms`: names of CloudWatch alarms that roll a deployment back.
    `wait`: an apply ends only when the new version is steady, or fails after `wait_minutes`.
  EOT
  type = object({
    strategy            = optional(string, "replica")
    min_healthy_percent = optional(number)
    max_percent         = optional(number)
    grace_seconds       = optional(number, 60)
    placement           = optional(string)
    strategies          = optional(list(object({ type = string, field = optional(string) })), []) # a list: their order is their meaning
    constraints         = optional(map(string), {})
    capacity_providers  = optional(map(object({ base = optional(number, 0), weight = optional(number, 1) })), {})
    alarms              = optional(set(string), [])
    wait                = optional(bool, true)
    wait_minutes        = optional(number, 20)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["replica", "daemon"], var.deployment.strategy)
    error_message = "deployment.strategy: use \"replica\" or \"daemon\"."
  }
  validation {
    condition     = try(var.deployment.min_healthy_percent >= 0 && var.deployment.min_healthy_percent <= 100, var.deployment.min_healthy_percent == null) && coalesce(var.deployment.max_percent, 100) >= 100
    error_message = "deployment: min_healthy_percent must be between 0 and 100, max_percent 100 or more."
  }
  validation {
    condition     = var.deployment.strategy != "daemon" || coalesce(var.deployment.max_percent, 100) == 100
    error_message = "deployment.max_percent: a daemon has one task a machine and never two; leave it out."
  }
  validation {
    condition     = contains(["zone_spread", "zone_binpack", "binpack", "one_per_host", "random", "custom"], coalesce(var.deployment.placement, "zone_spread"))
    error_message = "deployment.placement: use \"zone_spread\", \"zone_binpack\", \"binpack\", \"one_per_host\", \"random\" or \"custom\"."
  }
  validation {
    condition     = (coalesce(var.deployment.placement, "-") == "custom") == (length(var.deployment.strategies) > 0)
    error_message = "deployment.strategies: they belong to placement \"custom\", and it needs one or more."
  }
  validation {
    condition = alltrue([for strategy in var.deployment.strategies :
      strategy.type == "random" ? strategy.field == null : strategy.type == "binpack" ? contains(["cpu", "memory"], coalesce(strategy.field, "-")) : strategy.type == "spread" && strategy.field != null
    ])
    error_message = "deployment.strategies: type is \"spread\" (field: instanceId, host or attribute:...), \"binpack\" (field: cpu or memory) or \"random\" (no field)."
  }
  validation {
    condition     = var.deployment.placement == null || (var.task.launch_type == "EC2" && var.deployment.strategy == "replica")
    error_message = "deployment.placement: Fargate has no machines to choose among, and a daemon is on every one; leave it out."
  }
  validation {
    condition     = var.task.launch_type != "FARGATE" || length(var.deployment.constraints) == 0
    error_message = "deployment.constraints: Fargate has no machines to choose among; leave it out."
  }
  validation {
    condition     = var.deployment.strategy != "daemon" || (var.task.launch_type == "EC2" && length(var.deployment.capacity_providers) == 0)
    error_message = "deployment.strategy: a daemon runs on every EC2 machine of the cluster; it takes neither Fargate nor capacity_providers."
  }
  validation {
    condition     = alltrue([for name in keys(var.deployment.capacity_providers) : contains(["FARGATE", "FARGATE_SPOT"], name) == (var.task.launch_type == "FARGATE")])
    error_message = "deployment.capacity_providers: FARGATE and FARGATE_SPOT go with launch_type \"FARGATE\" and with nothing else; ECS mixes no machines with Fargate."
  }
  validation {
    condition     = try(length(setsubtract(keys(var.deployment.capacity_providers), var.cluster.capacity_providers)) == 0, var.cluster.capacity_providers == null)
    error_message = "deployment.capacity_providers: the cluster lacks one of them (cluster.capacity_providers has those it knows), and ECS would refuse the service. Name another, or add it to the cluster first."
  }
  validation {
    condition = length(var.deployment.capacity_providers) == 0 || (
      anytrue([for provider in var.deployment.capacity_providers : provider.weight > 0]) && length([for provider in var.deployment.capacity_providers : provider if provider.base > 0]) <= 1
    )
    error_message = "deployment.capacity_providers: at least one needs a weight above 0, and only one may have a base."
  }
  validation {
    condition     = var.deployment.grace_seconds >= 0 && floor(var.deployment.grace_seconds) == var.deployment.grace_seconds
    error_message = "deployment.grace_seconds: a whole number, 0 or more: how long a new task may take before the health check counts."
  }
  validation {
    condition     = var.deployment.wait_minutes >= 1 && floor(var.deployment.wait_minutes) == var.deployment.wait_minutes
    error_message = "deployment.wait_minutes: a whole number, 1 or more."
  }
}
