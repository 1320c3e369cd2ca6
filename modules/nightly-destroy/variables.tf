variable "name" {
  description = "Name of the schedule and of all that is made here."
  type        = string
  default     = "nightly-destroy"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "name: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "schedule" {
  description = <<-EOT
    When: `time` (24 hours) on `days` (SUN to SAT) by the clock of `zone`, a name of the time zone database; summer time is followed. Choose a time that no change of
    the clock leaves out (01:00 to 03:59 in most zones). `enabled = false` lets everything stand and starts nothing.
  EOT
  type = object({
    zone    = string
    time    = optional(string, "20:00")
    days    = optional(set(string), ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])
    enabled = optional(bool, true)
  })
  nullable = false

  validation {
    condition     = can(regex("^([01][0-9]|2[0-3]):[0-5][0-9]$", var.schedule.time))
    error_message = "schedule.time: write hours and minutes, 00:00 to 23:59, such as 20:00."
  }
  validation {
    condition     = var.schedule.zone == "UTC" || can(regex("^[A-Z][A-Za-z]+(/[A-Z][A-Za-z0-9_+-]+){1,2}$", var.schedule.zone))
    error_message = "schedule.zone: name a time zone by its place, such as Australia/Sydney, or UTC; an abbreviation such as EST has no summer time."
  }
  validation {
    condition     = length(var.schedule.days) > 0 && length(setsubtract(var.schedule.days, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])) == 0
    error_message = "schedule.days: name at least one of SUN, MON, TUE, WED, THU, FRI and SAT."
  }
}

variable "image" {
  description = "An image that holds orchestrate, Terraform and the project, with the project as its working directory."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^\\s:]+(:[0-9]+/[^\\s:]+)?(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$", var.image)) && !endswith(var.image, ":latest")
    error_message = "image: give a tag or digest that never changes, such as registry.example.com/night:90; \"latest\" is refused, since it does not say what destroyed what."
  }
}

variable "reap" {
  description = "What is destroyed, of the stacks that are marked ephemeral: `region` and `stack` (a pattern) narrow it; `older_than` (such as \"12h\") spares what is new."
  type = object({
    region     = optional(string)
    stack      = optional(string)
    older_than = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.reap.region == null || can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.reap.region))
    error_message = "reap.region: use a name such as ap-southeast-2, or leave it out for all."
  }
  validation {
    condition     = var.reap.stack == null || can(regex("^[a-z0-9*?\\[\\]!-]+$", var.reap.stack))
    error_message = "reap.stack: give a name or a pattern such as appcluster-*, or leave it out for all."
  }
  validation {
    condition     = var.reap.older_than == null || can(regex("^[1-9][0-9]*[smhd]$", var.reap.older_than))
    error_message = "reap.older_than: write a number and s, m, h or d, such as 12h."
  }
}

variable "access" {
  description = <<-EOT
    What the nightly destroy may do. `state_buckets`: buckets whose states it reads, writes and removes (their names). `role_arns`: roles that it may assume, those of `role_arn` in stack.hcl: the usual way,
    since a deploy and its end then have the same rights. `policy_arns`: a name of your choice => an IAM policy, for stacks without such a role. `kms_key_arns`: keys that the buckets are encrypted with.
  EOT
  type = object({
    state_buckets = set(string)
    role_arns     = optional(set(string), [])
    policy_arns   = optional(map(string), {})
    kms_key_arns  = optional(set(string), [])
  })
  nullable = false

  validation {
    condition     = length(var.access.state_buckets) > 0 && alltrue([for bucket in var.access.state_buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", bucket))])
    error_message = "access.state_buckets: name at least one bucket, as backend.tfvars has it."
  }
  validation {
    condition     = length(var.access.role_arns) + length(var.access.policy_arns) > 0
    error_message = "access: give role_arns or policy_arns; with neither it could destroy nothing."
  }
  validation {
    condition     = alltrue([for arn in var.access.role_arns : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9/_+=,.@-]+$", arn))])
    error_message = "access.role_arns: every value is the ARN of one role, such as arn:aws:iam::111111111111:role/orchestrate; a pattern is refused."
  }
  validation {
    condition     = alltrue([for arn in values(var.access.policy_arns) : can(regex("^arn:[a-z-]+:iam::[a-z0-9]+:policy/", arn))])
    error_message = "access.policy_arns: every value is the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/deploy."
  }
  validation {
    condition     = alltrue([for arn in var.access.kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))])
    error_message = "access.kms_key_arns: every value is the ARN of a key, such as arn:aws:kms:ap-southeast-2:123456789012:key/..."
  }
}

variable "network" {
  description = "Where the task gets its address: `subnet_ids` of `vpc_id`. `public_address` is needed in public subnets; elsewhere a NAT gateway leads to AWS. `security_groups`: a name of your choice => a security group that the task is in too."
  type = object({
    vpc_id          = string
    subnet_ids      = set(string)
    public_address  = optional(bool, false)
    security_groups = optional(map(string), {})
  })
  nullable = false

  validation {
    condition     = length(var.network.subnet_ids) > 0
    error_message = "network.subnet_ids: give one or more."
  }
  validation {
    condition     = length(var.network.security_groups) <= 4 && alltrue([for id in values(var.network.security_groups) : can(regex("^sg-[0-9a-f]+$", id))])
    error_message = "network.security_groups: every value is the id of a security group (sg-...), and there are at most four: an interface has five, one of which is made here."
  }
}

variable "cluster" {
  description = "The ECS cluster to run in, by its `arn`; null makes one. It costs nothing while nothing runs."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.cluster == null || can(regex("^arn:[a-z-]+:ecs:[a-z0-9-]+:[0-9]{12}:cluster/", var.cluster.arn))
    error_message = "cluster.arn: give an ARN such as arn:aws:ecs:ap-southeast-2:123456789012:cluster/agents, or leave cluster out."
  }
}

variable "task" {
  description = "Size of the Fargate task: `cpu` in units of 1/1024 processor, `memory` in MiB (Terraform's provider takes about 600 for each tenant at a time), `jobs` how many tenants side by side, `disk_gb` its disk."
  type = object({
    cpu     = optional(number, 2048)
    memory  = optional(number, 4096)
    disk_gb = optional(number, 21)
    jobs    = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1024, 2048, 4096, 8192, 16384], var.task.cpu) && var.task.memory >= 2 * var.task.cpu && var.task.memory <= (var.task.cpu < 4096 ? 8 : 7.5) * var.task.cpu && var.task.memory % max(1024, var.task.cpu < 8192 ? 0 : var.task.cpu / 2) == 0
    error_message = "task: Fargate sells cpu 1024 (memory 2048 to 8192), 2048 (4096 to 16384), 4096 (8192 to 30720), 8192 (16384 to 61440) and 16384 (32768 to 122880); memory in whole GiB, from 8192 in steps of 4 GiB, from 16384 of 8."
  }
  validation {
    condition     = var.task.disk_gb >= 21 && var.task.disk_gb <= 200
    error_message = "task.disk_gb: use 21 to 200."
  }
  validation {
    condition     = var.task.jobs == null || try(var.task.jobs >= 1 && var.task.jobs <= 256, false)
    error_message = "task.jobs: use 1 to 256, or leave it out: cores and memory then decide."
  }
}

variable "registry_secret" {
  description = "Name of the Secrets Manager secret with the registry's login ({\"username\": ..., \"password\": ...}); null for none."
  type        = string
  default     = null

  validation {
    condition     = var.registry_secret == null || can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", var.registry_secret))
    error_message = "registry_secret: give the name of a secret in Secrets Manager (never the login itself), or leave it out."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that is told of a night that failed or did not start; null leaves the alarm to be looked at."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_topic_arn == null || can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:", var.alarm_topic_arn))
    error_message = "alarm_topic_arn: give the ARN of an SNS topic, or leave it out."
  }
}

variable "log_retention_days" {
  description = "How many days the nights' output is kept."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: CloudWatch knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
}

variable "roles" {
  description = <<-EOT
    The IAM roles. Those that are made here get `path` and `permissions_boundary` (the ARN of a policy). Or give roles of yours, by ARN:
    `execution` (starts the container), `task` (the nightly destroy), `schedule` (starts the task). The module then neither makes nor
    changes that role; what it must be allowed, and which service must be trusted, is in the output `role_policies`.
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
    error_message = "roles: a role of yours is given as { arn = \"arn:aws:iam::123456789012:role/night\" }."
  }
  validation {
    condition     = var.roles.task == null || length(var.access.policy_arns) == 0
    error_message = "roles.task: the module changes no role of yours; put access.policy_arns on it yourself, and leave them out here."
  }
}

variable "encryption" {
  description = "ARNs of KMS keys of yours that encrypt the nights' `logs` and the `queues` of failures; AWS's own keys unless given. What each key's policy must allow says the README."
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
