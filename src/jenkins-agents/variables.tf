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
  description = "Name of the stack, and of the cloud in Jenkins; given by the tool."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.stack))
    error_message = "stack: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "zone" {
  description = "Name of the hosted zone in Route 53; Jenkins is jenkins.<zone>, unless controller.url says otherwise."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.zone))
    error_message = "zone: give the name of a hosted zone in lower case, such as example.com."
  }
}

variable "images" {
  description = "Image repositories, without a tag; `agent` is that of the agents' image."
  type        = map(string)
  nullable    = false
}

variable "agent-build" {
  description = "Build number of the agents' image."
  type        = string
  nullable    = false
}

variable "network" {
  description = "Where agents live: see modules/ecs-cluster; security_groups and egress are the agents': see modules/jenkins-agents. With Fargate alone: vpc_id and node_subnet_ids of a network that exists."
  type = object({
    vpc_id                   = optional(string)
    node_subnet_ids          = optional(set(string))
    load_balancer_subnet_ids = optional(set(string))
    cidr                     = optional(string)
    zones                    = optional(set(string))
    nat                      = optional(string)
    security_groups          = optional(map(string))
    egress = optional(map(object({
      to        = string
      protocol  = optional(string)
      port      = optional(number)
      last_port = optional(number)
    })))
  })
  default  = {}
  nullable = false
}

variable "public_addresses" {
  description = "Whether Fargate tasks get a public address: they need one in public subnets."
  type        = bool
  default     = false
  nullable    = false
}

variable "machine_image" {
  description = "The machines' image: see modules/ecs-cluster."
  type = object({
    id            = optional(string)
    ssm_parameter = optional(string)
  })
  default  = {}
  nullable = false
}

variable "capacity" {
  description = "Machines for agents: see modules/ecs-cluster; null for Fargate alone."
  type = object({
    kind              = optional(string)
    instance_types    = optional(set(string))
    spot_max_price    = optional(string)
    on_demand_base    = optional(number)
    on_demand_percent = optional(number)
    min               = optional(number)
    max               = optional(number)
    target_percent    = optional(number)
    volume_gb         = optional(number)
  })
  default = null
}

variable "registry_secret" {
  description = "Name of the secret with the container registry's login, for the machines; Fargate pulls from ECR by its role."
  type        = string
  default     = null
}

variable "controller" {
  description = "Jenkins itself: see modules/jenkins-agents."
  type = object({
    url            = optional(string)
    web_socket     = optional(bool)
    agent_port     = optional(number)
    https_port     = optional(number)
    tunnel         = optional(string)
    security_group = optional(object({ id = string }))
    role_name      = optional(string)
  })
  default  = {}
  nullable = false
}

variable "cloud" {
  description = "The cloud as a whole: see modules/jenkins-agents."
  type = object({
    max_agents        = optional(number)
    executors         = optional(number)
    retention_minutes = optional(number)
    start_seconds     = optional(number)
    allowed_overrides = optional(set(string))
    credentials_id    = optional(string)
  })
  default  = {}
  nullable = false
}

variable "agents" {
  description = "Agent templates by name: see modules/jenkins-agents. The image is images.agent with agent-build, unless given."
  type = map(object({
    image              = optional(string)
    label              = optional(string)
    capacity           = optional(string)
    cpu                = optional(number)
    memory             = optional(number)
    memory_reservation = optional(number)
    remote_root        = optional(string)
    entry_point        = optional(list(string))
    jvm_args           = optional(string)
    architecture       = optional(string)
    environment        = optional(map(string))
    mounts = optional(map(object({
      path      = string
      source    = optional(string)
      read_only = optional(bool)
    })))
    fields = optional(map(string))
  }))
  nullable = false
}

variable "task_policies" {
  description = "What builds may do in AWS: a name of your choice => the ARN of an IAM policy."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "roles" {
  description = <<-EOT
    Path and permissions boundary of every IAM role, or roles of yours: `nodes` by its instance profile (modules/ecs-cluster), `execution` and
    `task` of the agents (modules/jenkins-agents), those of the `night` (modules/nightly-destroy).
  EOT
  type = object({
    path                 = optional(string)
    permissions_boundary = optional(string)
    nodes                = optional(object({ instance_profile_arn = string }))
    execution            = optional(object({ arn = string }))
    task                 = optional(object({ arn = string }))
    night = optional(object({
      execution = optional(object({ arn = string }))
      task      = optional(object({ arn = string }))
      schedule  = optional(object({ arn = string }))
    }), {})
  })
  default  = {}
  nullable = false
}

variable "encryption" {
  description = "KMS keys of yours for the logs of agents and night, and for the queue of failed nights; AWS's own unless given."
  type = object({
    logs   = optional(string)
    queues = optional(string)
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "How long the agents' own output is kept."
  type        = number
  default     = 14
  nullable    = false
}

variable "night" {
  description = "The nightly destroy on a schedule: see modules/nightly-destroy; null when Jenkins does it."
  type = object({
    image = string
    schedule = object({
      zone    = string
      time    = optional(string)
      days    = optional(set(string))
      enabled = optional(bool)
    })
    access = object({
      state_buckets = set(string)
      role_arns     = optional(set(string))
      policy_arns   = optional(map(string))
      kms_key_arns  = optional(set(string))
    })
    reap = optional(object({
      region     = optional(string)
      stack      = optional(string)
      older_than = optional(string)
    }), {})
    task = optional(object({
      cpu     = optional(number)
      memory  = optional(number)
      disk_gb = optional(number)
      jobs    = optional(number)
    }), {})
    alarm_topic_arn = optional(string)
  })
  default = null
}
