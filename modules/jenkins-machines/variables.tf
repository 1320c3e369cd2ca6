variable "name" {
  description = "Name of the cloud in Jenkins; everything made here carries it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name)) && !startswith(var.name, "sg-")
    error_message = "name: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter and not with \"sg-\"."
  }
}

variable "network" {
  description = "Where machines run: private subnets with a way out. `security_groups`: further groups, a name of your choice => its id; `outbound`: a name => a port besides HTTPS, such as `{ ssh = 22 }` for git."
  type = object({
    vpc_id          = string
    subnet_ids      = set(string)
    security_groups = optional(map(string), {})
    outbound        = optional(map(number), {})
  })
  nullable = false

  validation {
    condition     = length(var.network.subnet_ids) > 0
    error_message = "network.subnet_ids: name one subnet or more."
  }
  validation {
    condition     = alltrue([for port in values(var.network.outbound) : port >= 1 && port <= 65535 && floor(port) == port])
    error_message = "network.outbound: every value is a port, a whole number from 1 to 65535."
  }
}

variable "controller" {
  description = "Jenkins itself, as modules/jenkins-controller gives it out: its security group, which may then connect by SSH, and the name of its role, which may then start machines."
  type = object({
    security_group_id = string
    role_name         = string
  })
  nullable = false

  validation {
    condition     = can(regex("^sg-[0-9a-f]+$", var.controller.security_group_id))
    error_message = "controller.security_group_id: give an id such as sg-0123456789abcdef0."
  }
  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,64}$", var.controller.role_name))
    error_message = "controller.role_name: give the role's name, such as jenkins-task, and neither its path nor its ARN."
  }
}

variable "key" {
  description = "The key that Jenkins connects with: `public_key` as OpenSSH writes it; `variable`, the environment variable of the controller that holds the private one (secrets in modules/jenkins-controller)."
  type = object({
    public_key = string
    variable   = optional(string, "AGENTS_SSH_KEY")
  })
  nullable = false

  validation {
    condition     = can(regex("^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+( .*)?$", var.key.public_key))
    error_message = "key.public_key: give a public key as OpenSSH writes it (ssh-ed25519 AAAA...), never the private one."
  }
  validation {
    condition     = can(regex("^[A-Z][A-Z0-9_]*$", var.key.variable))
    error_message = "key.variable: the name of an environment variable in capitals."
  }
}

variable "agents" {
  description = <<-EOT
    Machines by name: `image_id` (jenkins/agent-ami builds one), `instance_type`, `label` (the name unless given), `spot` (`max_price` in dollars an hour, null for the
    on-demand price; `fallback` to on demand), `executors` (as many as processors unless given), `idle_minutes` until it is ended, `max_machines`, `max_uses` (1: a new
    machine for each build; -1: any), `start_seconds`, `user`, `remote_root`, `root_command`, `init_script`, `hop_limit` of the metadata
    service (2 where builds run containers that need the role), `host_key` (how Jenkins checks the machine's host key), and `fields`: other texts of the plugin.
  EOT
  type = map(object({
    image_id      = string
    instance_type = optional(string, "m6i.large")
    label         = optional(string)
    spot          = optional(object({ max_price = optional(string), fallback = optional(bool, true) }))
    executors     = optional(number)
    idle_minutes  = optional(number, 10)
    max_machines  = optional(number, 4)
    max_uses      = optional(number, -1)
    start_seconds = optional(number, 600)
    user          = optional(string, "ec2-user")
    remote_root   = optional(string, "/home/ec2-user/agent")
    root_command  = optional(string, "sudo")
    init_script   = optional(string, "")
    hop_limit     = optional(number, 1)
    host_key      = optional(string, "CHECK_NEW_SOFT")
    fields        = optional(map(string), {})
  }))
  nullable = false

  validation {
    condition     = length(var.agents) > 0 && alltrue([for name in keys(var.agents) : can(regex("^[A-Za-z0-9_-]{1,64}$", name))])
    error_message = "agents: name one template or more, with letters, digits, dashes and underscores."
  }
  validation {
    condition     = alltrue([for agent in values(var.agents) : can(regex("^ami-[0-9a-f]{8,17}$", agent.image_id))])
    error_message = "agents: image_id is the id of a machine image, such as ami-0123456789abcdef0."
  }
  validation {
    condition     = alltrue([for agent in values(var.agents) : agent.idle_minutes >= 1 && agent.max_machines >= 1 && coalesce(agent.executors, 1) >= 1 && (agent.max_uses == -1 || agent.max_uses >= 1) && agent.start_seconds >= 60])
    error_message = "agents: idle_minutes, max_machines, executors and max_uses are 1 or more (max_uses -1: any), start_seconds 60."
  }
  validation {
    condition     = alltrue([for agent in values(var.agents) : contains(["CHECK_NEW_HARD", "CHECK_NEW_SOFT", "ACCEPT_NEW"], agent.host_key)])
    error_message = "agents: host_key is CHECK_NEW_HARD, CHECK_NEW_SOFT or ACCEPT_NEW; without a check another machine could answer."
  }
  validation {
    condition     = length(toset(values(var.agents)[*].user)) <= 1
    error_message = "agents: one key has one user; give all templates the same, or use the module twice."
  }
}

variable "max_machines" {
  description = "How many machines at most, of all templates."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_machines >= 1 && floor(var.max_machines) == var.max_machines
    error_message = "max_machines: a whole number, 1 or more."
  }
}

variable "policies" {
  description = "What builds may do in AWS: a name of your choice => the ARN of an IAM policy (modules/pipeline-permissions makes one)."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.policies) : can(regex("^arn:[a-z-]+:iam::[a-z0-9]+:policy/", arn))])
    error_message = "policies: every value is the ARN of an IAM policy."
  }
  validation {
    condition     = var.roles.agents == null || length(var.policies) == 0
    error_message = "roles.agents: the module changes no role of yours; put the policies on it yourself, and leave them out here."
  }
}

variable "session_manager" {
  description = "Whether people may open a shell on a machine by Session Manager (AmazonSSMManagedInstanceCore); Jenkins itself connects by SSH."
  type        = bool
  default     = false
  nullable    = false
}

variable "roles" {
  description = "`path` and `permissions_boundary` (an ARN) of the IAM role made here; or a role of yours, `agents`, by its ARN and that of its instance profile."
  type = object({
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
    agents               = optional(object({ role_arn = string, instance_profile_arn = string }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9_+=,.@-]+/)*$", var.roles.path))
    error_message = "roles.path: begin and end with a slash, such as /teams/build/."
  }
  validation {
    condition     = var.roles.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.roles.permissions_boundary))
    error_message = "roles.permissions_boundary: give the ARN of an IAM policy."
  }
}
