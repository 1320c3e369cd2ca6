variable "name" {
  description = "Name of the cluster; everything made here carries it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "name: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "network" {
  description = <<-EOT
    Where the cluster lives. Either a network that exists: `vpc_id`, `node_subnet_ids` and `load_balancer_subnet_ids`;
    or a small one made here: `cidr`, `zones` (letters of the region's zones) and `nat`: "none" puts the nodes into
    public subnets, "one" or "per_zone" into private ones behind one or several NAT gateways.
  EOT
  type = object({
    vpc_id                   = optional(string)
    node_subnet_ids          = optional(set(string), [])
    load_balancer_subnet_ids = optional(set(string), [])
    cidr                     = optional(string, "10.0.0.0/16")
    zones                    = optional(set(string), ["a", "b"])
    nat                      = optional(string, "none")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.network.vpc_id == null || (length(var.network.node_subnet_ids) > 0 && length(var.network.load_balancer_subnet_ids) > 1)
    error_message = "network: beside vpc_id give node_subnet_ids (one or more) and load_balancer_subnet_ids (two or more, in different zones)."
  }
  validation {
    condition     = var.network.vpc_id != null || length(var.network.node_subnet_ids) + length(var.network.load_balancer_subnet_ids) == 0
    error_message = "network: subnets are given, but no vpc_id; give the vpc_id they belong to."
  }
  validation {
    condition     = can(cidrnetmask(var.network.cidr)) && try(tonumber(split("/", var.network.cidr)[1]) <= 20, false)
    error_message = "network.cidr: give an IPv4 block of /20 or larger, such as 10.20.0.0/16."
  }
  validation {
    condition     = length(var.network.zones) >= 2 && alltrue([for zone in var.network.zones : can(regex("^[a-f]$", zone))])
    error_message = "network.zones: name two or more zones by their letter (a to f), such as [\"a\", \"b\"]; a load balancer needs two."
  }
  validation {
    condition     = contains(["none", "one", "per_zone"], var.network.nat)
    error_message = "network.nat: use \"none\", \"one\" or \"per_zone\"."
  }
}

variable "capacity" {
  description = <<-EOT
    The machines. `kind` is "launch_template" (mixed instances: `on_demand_base` machines and `on_demand_percent` of the rest
    on demand, the others spot) or "launch_configuration" (classic: one instance type, all spot when `spot_max_price` is given).
    `spot_max_price` is in US dollars an hour; without it a launch template bids up to the on-demand price.
  EOT
  type = object({
    kind              = optional(string, "launch_template")
    instance_types    = optional(set(string), ["t3.medium", "t3a.medium"])
    spot_max_price    = optional(string)
    on_demand_base    = optional(number, 0)
    on_demand_percent = optional(number, 100)
    min               = optional(number, 1)
    max               = optional(number, 4)
    target_percent    = optional(number, 100)
    volume_gb         = optional(number, 30)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["launch_template", "launch_configuration"], var.capacity.kind)
    error_message = "capacity.kind: use \"launch_template\" or \"launch_configuration\"."
  }
  validation {
    condition     = length(var.capacity.instance_types) > 0
    error_message = "capacity.instance_types: name at least one instance type, such as [\"t3.medium\"]."
  }
  validation {
    condition     = var.capacity.kind == "launch_template" || length(var.capacity.instance_types) == 1
    error_message = "capacity.instance_types: a launch configuration takes exactly one instance type; name one, or use kind = \"launch_template\"."
  }
  validation {
    condition     = var.capacity.spot_max_price == null || can(regex("^(0\\.[0-9]*[1-9][0-9]*|[1-9][0-9]*(\\.[0-9]+)?)$", var.capacity.spot_max_price))
    error_message = "capacity.spot_max_price: give US dollars an hour above zero as a string, such as \"0.02\", or leave it out."
  }
  validation {
    condition     = var.capacity.on_demand_base >= 0 && var.capacity.on_demand_percent >= 0 && var.capacity.on_demand_percent <= 100
    error_message = "capacity: on_demand_base must be 0 or more, on_demand_percent between 0 and 100."
  }
  validation {
    condition     = var.capacity.min >= 0 && var.capacity.max >= 1 && var.capacity.max >= var.capacity.min
    error_message = "capacity: min must be 0 or more, max 1 or more and not below min."
  }
  validation {
    condition     = var.capacity.target_percent >= 1 && var.capacity.target_percent <= 100
    error_message = "capacity.target_percent: use 1 to 100; below 100 keeps machines in reserve."
  }
  validation {
    condition     = var.capacity.volume_gb >= 30
    error_message = "capacity.volume_gb: the machine image needs 30 or more."
  }
}

variable "machine_image" {
  description = "The nodes' machine image: `id`, or the public SSM parameter that names it (the default follows AWS's releases)."
  type = object({
    id            = optional(string)
    ssm_parameter = optional(string, "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id")
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.machine_image.id == null || can(regex("^ami-[0-9a-f]{8,17}$", var.machine_image.id))
    error_message = "machine_image.id: give an id such as ami-0123456789abcdef0, or leave it out to follow the SSM parameter."
  }
}

variable "registry_secret" {
  description = "Name of the Secrets Manager secret with the container registry's login, fetched by each node as it boots; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.registry_secret == null || can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", var.registry_secret))
    error_message = "registry_secret: give the name of a secret in Secrets Manager (never the login itself), or leave it out."
  }
}

variable "agent_settings" {
  description = "More lines for the ECS agent's configuration, such as { ECS_CONTAINER_STOP_TIMEOUT = \"60s\" }."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.agent_settings : can(regex("^ECS_[A-Z0-9_]+$", key)) && !strcontains(value, "\n")])
    error_message = "agent_settings: every name begins with ECS_ and every value is one line."
  }
  validation {
    condition     = !anytrue([for key in keys(var.agent_settings) : startswith(key, "ECS_ENGINE_AUTH")])
    error_message = "agent_settings: user data is readable on the machine and in the console; put the registry's login into a secret and name it in registry_secret."
  }
}

variable "node_policies" {
  description = "More IAM policies for the nodes: a name of your choice => the policy's ARN."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.node_policies) : can(regex("^arn:[a-z-]+:iam::[a-z0-9]+:policy/", arn))])
    error_message = "node_policies: every value is the ARN of an IAM policy, such as arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore."
  }
}

variable "insights" {
  description = "Container Insights: `mode` is \"enabled\", \"enhanced\" or \"disabled\"; `retention_days` how long its records are kept."
  type = object({
    mode           = optional(string, "enabled")
    retention_days = optional(number, 14)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["enabled", "enhanced", "disabled"], var.insights.mode)
    error_message = "insights.mode: use \"enabled\", \"enhanced\" or \"disabled\"."
  }
}
