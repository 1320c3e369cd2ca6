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
  description = "Name of the stack, and of the controller; given by the tool."
  type        = string
  nullable    = false
}

variable "zone" {
  description = "Name of the hosted zone in Route 53."
  type        = string
  nullable    = false
}

variable "hostname" {
  description = "Jenkins' full name in the zone; jenkins.<zone> unless said."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "A certificate for the name; null makes one, proved by a record in the zone."
  type        = string
  default     = null
}

variable "allowed" {
  description = "Who may connect to Jenkins: a name of your choice => a block of addresses. The agents' are added."
  type        = map(string)
  nullable    = false
}

variable "internal" {
  description = "Whether Jenkins is reached inside the network alone."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the load balancer; set it to false, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "images" {
  description = "Image repositories, without a tag; `controller` and `agent` are used."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(setsubtract(["controller", "agent"], keys(var.images))) == 0
    error_message = "images: name the repositories of controller and agent."
  }
}

variable "controller-build" {
  description = "Build number of the controller's image."
  type        = string
  nullable    = false
}

variable "agent-build" {
  description = "Build number of the agents' image."
  type        = string
  nullable    = false
}

variable "admin_secret" {
  description = "Name of the Secrets Manager secret with the administrator's login."
  type        = string
  nullable    = false
}

variable "network" {
  description = "The network that is made: see modules/ecs-cluster. The machines need a NAT gateway."
  type = object({
    cidr  = optional(string)
    zones = optional(set(string))
    nat   = optional(string, "one")
    acls = optional(object({
      services = optional(map(number))
      outbound = optional(map(number))
      data     = optional(map(number))
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.network.nat != "none"
    error_message = "network.nat: the controller and agents on machines have no public address; use \"one\" or \"per_zone\"."
  }
}

variable "machines" {
  description = "The machines of controller and agents: see capacity in modules/ecs-cluster."
  type = object({
    instance_types    = optional(set(string))
    spot_max_price    = optional(string)
    on_demand_base    = optional(number)
    on_demand_percent = optional(number)
    min               = optional(number)
    max               = optional(number)
  })
  default  = {}
  nullable = false
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
  description = "What the controller runs on, \"machines\" or \"fargate\", and how much of it: see modules/jenkins-controller."
  type = object({
    kind         = optional(string)
    cpu          = optional(number)
    memory       = optional(number)
    architecture = optional(string)
  })
  default  = {}
  nullable = false
}

variable "protocol" {
  description = "How agents connect: see agents in modules/jenkins-controller."
  type = object({
    protocol = optional(string, "web_socket")
    port     = optional(number, 50000)
    hostname = optional(string)
    tunnel   = optional(string)
  })
  default  = {}
  nullable = false
}

variable "configuration" {
  description = "Where configuration as code lies: see modules/jenkins-controller."
  type = object({
    path   = optional(string)
    bucket = optional(string)
    key    = optional(string)
  })
  default  = {}
  nullable = false
}

variable "repository" {
  description = "Address of the project's repository, which holds the pipelines and their library."
  type        = string
  nullable    = false
}

variable "outbound" {
  description = "Ports that Jenkins may call besides HTTPS: a name => a port, such as { ssh = 22 } for git."
  type        = map(number)
  default     = {}
  nullable    = false
}

variable "home" {
  description = "Jenkins' home: see modules/jenkins-controller."
  type = object({
    backup           = optional(bool)
    kms_key_arn      = optional(string)
    throughput       = optional(string)
    infrequent_after = optional(string)
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "How long Jenkins' own log is kept."
  type        = number
  default     = 30
  nullable    = false
}

variable "alarm_topics" {
  description = "Who hears when no controller answers: a name of your choice => the ARN of an SNS topic."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "cloud" {
  description = "The agents' cloud as a whole: see modules/jenkins-agents."
  type = object({
    max_agents        = optional(number)
    executors         = optional(number)
    retention_minutes = optional(number)
    start_seconds     = optional(number)
    allowed_overrides = optional(set(string))
  })
  default  = {}
  nullable = false
}

variable "agents" {
  description = "Agent templates by name: see modules/jenkins-agents. The image is images.agent with agent-build."
  type = map(object({
    label              = optional(string)
    capacity           = optional(string)
    cpu                = optional(number)
    memory             = optional(number)
    memory_reservation = optional(number)
    remote_root        = optional(string)
    environment        = optional(map(string))
    mounts             = optional(map(object({ path = string, source = optional(string), read_only = optional(bool) })))
    fields             = optional(map(string))
  }))
  nullable = false
}

variable "task_policies" {
  description = "What builds may do in AWS: a name of your choice => the ARN of an IAM policy."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "machine_agents" {
  description = <<-EOT
    Agents on machines of their own: see modules/jenkins-machines; null for none. `public_key` of the key that Jenkins connects with, `key_secret`, the name of the
    secret with the private one; `policies`: what their builds may do in AWS, beside task_policies.
  EOT
  type = object({
    public_key   = string
    key_secret   = string
    max_machines = optional(number, 10)
    policies     = optional(map(string), {})
    agents = map(object({
      image_id      = string
      instance_type = optional(string)
      label         = optional(string)
      spot          = optional(object({ max_price = optional(string), fallback = optional(bool) }))
      executors     = optional(number)
      idle_minutes  = optional(number)
      max_machines  = optional(number)
      max_uses      = optional(number)
      start_seconds = optional(number)
      user          = optional(string)
      remote_root   = optional(string)
      root_command  = optional(string)
      init_script   = optional(string)
      hop_limit     = optional(number)
      host_key      = optional(string)
      fields        = optional(map(string))
    }))
  })
  default = null
}

variable "pipelines" {
  description = "What builds may do: see modules/pipeline-permissions; null for nothing but task_policies. The zone is `zone`, the region this one unless said."
  type = object({
    state_buckets        = set(string)
    regions              = optional(set(string))
    kms_key_arns         = optional(set(string))
    deploy_tasks         = optional(bool)
    discovery            = optional(bool)
    role_path            = optional(string)
    permissions_boundary = optional(string)
  })
  default = null
}
