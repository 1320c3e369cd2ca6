variable "stack" {
  description = "Name of the stack, such as appcluster-test."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.stack)) && !can(regex("^(internal-|sg(-|$))", var.stack))
    error_message = "stack: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter, and not with \"internal-\" (load balancers refuse it) or \"sg-\" (security groups do)."
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

variable "service" {
  description = <<-EOT
    Which service of the tenant it is. `name`: of one beside others. The first one has none: its names are those of a tenant with one service, and it has
    `first` instead, the output of the module tenant-load-balancer, which says what the tenant was made with. `queues`: those of other services
    that this one sends to: a name of your choice, whose URL is in QUEUE_URL_<NAME> => the `service` that reads it (null: the first) and
    the `queue`, one of its background.queued. Its role may send to them, and no more.
  EOT
  type = object({
    name   = optional(string)
    queues = optional(map(object({ service = optional(string), queue = string })), {})
    first = optional(object({
      way_in    = string
      service   = string
      discovery = string
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.service.name == null || can(regex("^[a-z][a-z0-9-]{0,30}$", var.service.name))
    error_message = "service.name: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = var.service.name == null || var.service.first == null
    error_message = "service: the first service has no name; give name or first, not both."
  }
  validation {
    condition     = alltrue([for name, to in var.service.queues : can(regex("^[a-z][a-z0-9-]{0,62}$", name)) && alltrue([for part in [coalesce(to.service, "a"), to.queue] : can(regex("^[a-z][a-z0-9-]{0,30}$", part))])])
    error_message = "service.queues: names of services and queues are 1 to 31 lower-case letters, digits and dashes, beginning with a letter; that of the variable up to 63."
  }
  validation {
    condition     = length(setintersection(keys(var.service.queues), keys(var.background.queued))) == 0
    error_message = "service.queues: one has the name of a queue task of the service itself, whose URL its containers have already; give it another name."
  }
}

variable "cluster" {
  description = <<-EOT
    Where the service runs: what the module ecs-cluster gives out, under the same names. `nat`: whether the node subnets lead out
    without a public address; `capacity_providers`: those that the cluster knows. What is null is not checked.
  EOT
  type = object({
    name               = string
    arn                = string
    capacity_provider  = string
    vpc_id             = string
    node_subnet_ids    = set(string)
    execute_command    = optional(object({ log_group_arn = optional(string), kms_key_arn = optional(string) }), {})
    nat                = optional(bool)
    capacity_providers = optional(set(string))
  })
  nullable = false

  validation {
    condition     = length(var.cluster.node_subnet_ids) > 0
    error_message = "cluster.node_subnet_ids: name at least one subnet."
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

variable "roles" {
  description = <<-EOT
    The IAM roles. Those that are made here get `path` and `permissions_boundary` (the ARN of a policy). Or give roles of yours, by ARN:
    `execution` (starts the containers), `task` (the application), `schedule` (starts the scheduled tasks). The module then neither makes
    nor changes that role; what it must be allowed, and which service must be trusted, is in the output `role_policies`.
  EOT
  type = object({
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
    execution            = optional(object({ arn = string }))
    task                 = optional(object({ arn = string }))
    schedule             = optional(object({ arn = string }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9_+=,.@-]+/)*$", var.roles.path)) && length(var.roles.path) <= 512
    error_message = "roles.path: begin and end with a slash, such as /team/."
  }
  validation {
    condition     = var.roles.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.roles.permissions_boundary))
    error_message = "roles.permissions_boundary: give the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/boundary."
  }
  validation {
    condition     = alltrue([for role in [var.roles.execution, var.roles.task, var.roles.schedule] : role == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", role.arn))])
    error_message = "roles: a role of yours is given as { arn = \"arn:aws:iam::123456789012:role/acme\" }."
  }
  validation {
    condition     = var.roles.task == null || (var.task.policy == null && length(var.task.policy_arns) == 0)
    error_message = "roles.task: the module changes no role of yours; put task.policy and task.policy_arns on it yourself, and leave them out here."
  }
}

variable "encryption" {
  description = "ARNs of KMS keys of yours that encrypt the containers' `logs` and the `queues` of background tasks; AWS's own keys unless given. What each key's policy must allow says the README."
  type = object({
    logs   = optional(string)
    queues = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in [var.encryption.logs, var.encryption.queues] : key == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", key))])
    error_message = "encryption: give the ARN of a key, not of an alias: arn:aws:kms:ap-southeast-2:123456789012:key/..."
  }
}
