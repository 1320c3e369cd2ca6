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
  description = "Name of the tenant; the service in the cluster has this name."
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
    condition     = length(var.cluster.load_balancer_subnet_ids) >= 2
    error_message = "cluster.load_balancer_subnet_ids: a load balancer needs two subnets, in different zones."
  }
}

variable "containers" {
  description = <<-EOT
    The task's containers by name. `cpu` is in units of 1/1024 processor, memory in MiB: `memory` is a hard limit,
    `memory_reservation` what is set aside. `secrets`: variable => ARN in Secrets Manager or of an SSM parameter.
    `after`: container => "START", "HEALTHY", "SUCCESS" or "COMPLETE". Times are in seconds.
  EOT
  type = map(object({
    image              = string
    cpu                = optional(number, 128)
    memory             = optional(number)
    memory_reservation = optional(number, 128)
    port               = optional(number)
    entry_point        = optional(list(string))
    command            = optional(list(string))
    environment        = optional(map(string), {})
    secrets            = optional(map(string), {})
    essential          = optional(bool, true)
    read_only_root     = optional(bool, false)
    stop_timeout       = optional(number, 30)
    after              = optional(map(string), {})
    health_check = optional(object({
      command      = list(string)
      interval     = optional(number, 10)
      timeout      = optional(number, 5)
      retries      = optional(number, 3)
      start_period = optional(number, 30)
    }))
  }))
  nullable = false

  validation {
    condition     = length(var.containers) > 0 && alltrue([for name in keys(var.containers) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "containers: give at least one; a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = alltrue([for container in var.containers : can(regex("^[^\\s:]+(:[0-9]+/[^\\s:]+)?(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$", container.image)) && !endswith(container.image, ":latest")])
    error_message = "containers: every image needs a tag or digest that never changes, such as registry.example.com/service1:90; \"latest\" is refused, since nobody could say what runs or go back."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.memory == null || coalesce(container.memory, 0) >= container.memory_reservation])
    error_message = "containers: memory (the hard limit) must not be below memory_reservation."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.port == null || try(container.port >= 1 && container.port <= 65535, false)])
    error_message = "containers: port must be between 1 and 65535."
  }
  validation {
    condition = alltrue(flatten([for container in var.containers : [for arn in values(container.secrets) :
      can(regex("^arn:[a-z-]+:(secretsmanager|ssm):[a-z0-9-]+:[0-9]{12}:(secret:|parameter/)", arn))
    ]]))
    error_message = "containers: a secret is given as an ARN of Secrets Manager or of an SSM parameter, never as its value."
  }
  validation {
    condition     = anytrue([for container in var.containers : container.essential])
    error_message = "containers: at least one must be essential."
  }
}

variable "front" {
  description = "Name of the container that the load balancer sends requests to; not needed when just one has a port."
  type        = string
  default     = null

  validation {
    condition     = var.front != null || length([for container in var.containers : container if container.port != null]) == 1
    error_message = "front: name the container that takes the requests, since not exactly one container has a port."
  }
  validation {
    condition     = var.front == null || try(var.containers[var.front].port, null) != null
    error_message = "front: name one of the containers, one with a port."
  }
}

variable "task" {
  description = <<-EOT
    `network_mode`: "bridge" (dynamic host ports, many tasks a machine) or "awsvpc" (an address for every task; the nodes'
    subnets then need a NAT gateway). `policy`: IAM policy document (JSON) of what the application may do in AWS.
  EOT
  type = object({
    network_mode = optional(string, "bridge")
    policy       = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["bridge", "awsvpc"], var.task.network_mode)
    error_message = "task.network_mode: use \"bridge\" or \"awsvpc\"."
  }
  validation {
    condition     = var.task.policy == null || can(jsondecode(var.task.policy).Statement)
    error_message = "task.policy: give an IAM policy document as JSON, with a Statement."
  }
}

variable "deployment" {
  description = <<-EOT
    How a new version is rolled out, and where tasks are placed. `placement`: "spread" (zones, then machines), "pack" (zones,
    then the fullest machine: cheapest) or "random". `constraints`: a name of your choice => a cluster query expression that
    a machine must fulfil. `wait`: an apply ends only when the new version is steady.
  EOT
  type = object({
    min_healthy_percent = optional(number, 100)
    max_percent         = optional(number, 200)
    grace_seconds       = optional(number, 60)
    placement           = optional(string, "spread")
    one_per_machine     = optional(bool, false)
    constraints         = optional(map(string), {})
    wait                = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.deployment.min_healthy_percent >= 0 && var.deployment.min_healthy_percent <= 100 && var.deployment.max_percent >= 100
    error_message = "deployment: min_healthy_percent must be between 0 and 100, max_percent 100 or more."
  }
  validation {
    condition     = var.deployment.max_percent > 100 || var.deployment.min_healthy_percent < 100
    error_message = "deployment: with 100 and 100 no task could ever be replaced; lower min_healthy_percent or raise max_percent."
  }
  validation {
    condition     = contains(["spread", "pack", "random"], var.deployment.placement)
    error_message = "deployment.placement: use \"spread\", \"pack\" or \"random\"."
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

variable "load_balancer" {
  description = <<-EOT
    The tenant's load balancer. With `certificate_arn` it speaks HTTPS and sends HTTP there; without, HTTP. `allowed`: a name of
    your choice => addresses that may connect. `drain_seconds`: how long a leaving task may finish its requests.
  EOT
  type = object({
    certificate_arn     = optional(string)
    ssl_policy          = optional(string, "ELBSecurityPolicy-TLS13-1-2-2021-06")
    internal            = optional(bool, false)
    dual_stack          = optional(bool, false)
    allowed             = optional(map(string), { everyone = "0.0.0.0/0" })
    idle_seconds        = optional(number, 60)
    drain_seconds       = optional(number, 30)
    deletion_protection = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for block in values(var.load_balancer.allowed) : can(cidrhost(block, 0))])
    error_message = "load_balancer.allowed: every value is a block of addresses, such as 203.0.113.0/24 or ::/0."
  }
  validation {
    condition     = length(var.load_balancer.allowed) > 0
    error_message = "load_balancer.allowed: name at least one block of addresses, or nobody can connect."
  }
  validation {
    condition     = var.load_balancer.certificate_arn == null || can(regex("^arn:[a-z-]+:(acm|iam):", var.load_balancer.certificate_arn))
    error_message = "load_balancer.certificate_arn: give the ARN of a certificate, or leave it out for HTTP."
  }
  validation {
    condition     = var.load_balancer.drain_seconds >= 0 && var.load_balancer.drain_seconds < 120
    error_message = "load_balancer.drain_seconds: keep below 120: a spot machine leaves two minutes after its notice."
  }
}

variable "health_check" {
  description = "What the load balancer asks every task, and when it believes the answer. Times are in seconds."
  type = object({
    path      = optional(string, "/")
    codes     = optional(string, "200-399")
    interval  = optional(number, 10)
    timeout   = optional(number, 5)
    healthy   = optional(number, 2)
    unhealthy = optional(number, 3)
  })
  default  = {}
  nullable = false

  validation {
    condition     = startswith(var.health_check.path, "/")
    error_message = "health_check.path: begin with a slash, such as /health."
  }
  validation {
    condition     = var.health_check.timeout < var.health_check.interval
    error_message = "health_check.timeout: must be shorter than the interval."
  }
}

variable "dns" {
  description = "The tenant's name: `zone` is the hosted zone's name, `hostname` the full name in it, such as acme.example.com."
  type = object({
    zone     = string
    hostname = string
  })
  nullable = false

  validation {
    condition     = endswith(var.dns.hostname, ".${var.dns.zone}") && can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.dns.hostname))
    error_message = "dns.hostname: give a full lower-case name that ends with a dot and dns.zone."
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
