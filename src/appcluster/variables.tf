variable "region" {
  description = "The region; given by the tool."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region: use a name such as ap-southeast-2."
  }
}

variable "stack" {
  description = "Name of the stack; given by the tool."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.stack))
    error_message = "stack: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "network" {
  description = "Where the cluster lives: see modules/ecs-cluster."
  type = object({
    existing = optional(object({
      vpc_id                   = string
      node_subnet_ids          = set(string)
      load_balancer_subnet_ids = set(string)
      nat                      = optional(bool)
    }))
    cidr   = optional(string)
    zones  = optional(set(string))
    nat    = optional(string)
    data   = optional(bool)
    ipv6   = optional(bool)
    blocks = optional(map(string))
  })
  default  = {}
  nullable = false
}

variable "capacity" {
  description = "The machines: see modules/ecs-cluster."
  type = object({
    kind              = optional(string)
    instance_types    = optional(set(string))
    spot_max_price    = optional(string)
    on_demand_base    = optional(number)
    on_demand_percent = optional(number)
    min               = optional(number)
    max               = optional(number)
    target_percent    = optional(number)
    warmup_seconds    = optional(number)
    refresh = optional(object({
      enabled             = optional(bool)
      min_healthy_percent = optional(number)
      max_healthy_percent = optional(number)
    }))
  })
  default  = {}
  nullable = false
}

variable "node" {
  description = "Each machine: see modules/ecs-cluster."
  type = object({
    volume_gb          = optional(number)
    volume_kms_key_arn = optional(string)
    key_name           = optional(string)
    hop_limit          = optional(number)
    public_address     = optional(bool)
    reserved_memory    = optional(number)
    security_groups    = optional(map(string))
    egress = optional(map(object({
      to        = string
      protocol  = optional(string)
      port      = optional(number)
      last_port = optional(number)
    })))
    clean_up = optional(object({
      interval_minutes = optional(number)
      age_hours        = optional(number)
      images           = optional(number)
      task_hours       = optional(number)
    }))
  })
  default  = {}
  nullable = false
}

variable "machine_image" {
  description = "The nodes' machine image: see modules/ecs-cluster."
  type = object({
    id            = optional(string)
    ssm_parameter = optional(string)
  })
  default  = {}
  nullable = false
}

variable "registry_secret" {
  description = "Name of the secret with the container registry's login; null for public images only."
  type        = string
  default     = null
}

variable "agent_settings" {
  description = "More lines for the ECS agent's configuration."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "node_policies" {
  description = "More IAM policies for the nodes: a name of your choice => the policy's ARN."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "cluster_roles" {
  description = "Path and permissions boundary of the nodes' IAM role, or a role of yours by its instance profile: see roles in modules/ecs-cluster."
  type = object({
    path                 = optional(string)
    permissions_boundary = optional(string)
    nodes                = optional(object({ instance_profile_arn = string }))
  })
  default  = {}
  nullable = false
}

variable "insights" {
  description = "Container Insights: see modules/ecs-cluster."
  type = object({
    mode           = optional(string)
    retention_days = optional(number)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false
}

variable "execute_command" {
  description = "What is kept of sessions in containers: see modules/ecs-cluster."
  type = object({
    logged         = optional(bool)
    retention_days = optional(number)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false
}

variable "discovery" {
  description = "`namespace`: the private DNS zone in which the services of a tenant find each other, such as test.internal; it is made here. The rest is the tenants'. Null makes none."
  type = object({
    namespace    = optional(string)
    namespace_id = optional(string)
    name         = optional(string)
    ttl          = optional(number)
  })
  default = null
}

variable "task_registry_secret" {
  description = "Name of the secret with the registry's login as a task on Fargate wants it, {\"username\": ..., \"password\": ...}; null for none."
  type        = string
  default     = null
}

variable "oncall" {
  description = "Who hears of alarms, the cluster's and the tenants': a name of your choice => an e-mail address. AWS asks each to agree."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for address in values(var.oncall) : can(regex("^[^@\\s]+@[^@\\s]+\\.[a-z]+$", address))])
    error_message = "oncall: give e-mail addresses, such as { ops = \"ops@example.com\" }."
  }
}

variable "cluster_alarms" {
  description = "The cluster's own alarms, and more topics that hear of them: see alarms in modules/ecs-cluster."
  type = object({
    enabled            = optional(bool)
    topics             = optional(map(string))
    cpu_reservation    = optional(number)
    memory_reservation = optional(number)
    minutes            = optional(number)
    spot_interruptions = optional(number)
  })
  default  = {}
  nullable = false
}

variable "load_balancers" {
  description = "How many load balancers the tenants share; 0 when each has its own."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.load_balancers >= 0 && var.load_balancers <= 50 && floor(var.load_balancers) == var.load_balancers
    error_message = "load_balancers: use 0 (every tenant has its own) to 50 (a region's quota)."
  }
}

variable "shared_load_balancer" {
  description = "What the shared load balancers are like: see load_balancer in modules/ecs-cluster; their number and certificate come from here."
  type = object({
    ssl_policy      = optional(string)
    internal        = optional(bool)
    dual_stack      = optional(bool)
    allowed         = optional(map(string))
    certificates    = optional(map(string))
    security_groups = optional(map(string))
    idle_seconds    = optional(number)
    access_logs = optional(object({
      bucket = string
      prefix = optional(string)
    }))
    deletion_protection = optional(bool)
  })
  default  = {}
  nullable = false
}

variable "zone" {
  description = "Name of the hosted zone in Route 53."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.zone))
    error_message = "zone: give the name of a hosted zone in lower case, such as example.com."
  }
}

variable "domain" {
  description = "The environment's domain: a tenant is <tenant>.<domain>."
  type        = string
  nullable    = false

  validation {
    condition     = var.domain == var.zone || endswith(var.domain, ".${var.zone}")
    error_message = "domain: must be the zone itself or lie in it, such as test.example.com in example.com."
  }
}

variable "certificate" {
  description = "Whether to make a certificate for all tenants (*.<domain>); without one tenants are served by HTTP."
  type        = bool
  default     = false
  nullable    = false
}
