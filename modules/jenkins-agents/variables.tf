variable "name" {
  description = "Name of the cloud in Jenkins and of what is made here. Jenkins begins the names of its task definitions with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name)) && !can(regex("^sg(-|$)", var.name))
    error_message = "name: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter, and not with \"sg-\" (security groups refuse it)."
  }
}

variable "cluster" {
  description = <<-EOT
    A cluster with machines: what the module ecs-cluster gives out, under the same names. Agents then run on its machines or on Fargate.
    Null makes a cluster of Fargate and Fargate Spot alone.
  EOT
  type = object({
    name              = string
    arn               = string
    capacity_provider = string
    vpc_id            = string
    node_subnet_ids   = set(string)
  })
  default = null

  validation {
    condition     = var.cluster == null || can(regex("^arn:[a-z-]+:ecs:[a-z0-9-]+:[0-9]{12}:cluster/", var.cluster.arn))
    error_message = "cluster: give what the module ecs-cluster gives out (one(module.cluster)), or leave it out for Fargate alone."
  }
}

variable "network" {
  description = <<-EOT
    Where agents get their addresses: `vpc_id` and `subnet_ids`, by default those of the cluster's machines. `public_addresses` gives Fargate agents a public
    address, needed in public subnets; agents on machines never get one, and need subnets with a NAT gateway. `security_groups`: a name of your
    choice => a security group that agents are in too. `egress`: a name of your choice => where agents may connect: `to` (a block of addresses, a
    security group, a prefix list), `protocol`, `port` to `last_port` (all ports unless given).
  EOT
  type = object({
    vpc_id           = optional(string)
    subnet_ids       = optional(set(string), [])
    public_addresses = optional(bool, false)
    security_groups  = optional(map(string), {})
    egress = optional(map(object({
      to        = string
      protocol  = optional(string, "tcp")
      port      = optional(number)
      last_port = optional(number)
    })), { everything = { to = "0.0.0.0/0", protocol = "all" } })
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.network.security_groups) <= 4 && alltrue([for id in values(var.network.security_groups) : can(regex("^sg-[0-9a-f]+$", id))])
    error_message = "network.security_groups: every value is the id of a security group (sg-...), and there are at most four: an interface has five, one of which is made here."
  }
  validation {
    condition     = alltrue([for rule in var.network.egress : can(cidrhost(rule.to, 0)) || can(regex("^(sg|pl)-[0-9a-f]+$", rule.to))])
    error_message = "network.egress: to is a block of addresses (10.0.0.0/8, ::/0), a security group (sg-...) or a prefix list (pl-...)."
  }
  validation {
    condition = alltrue([for rule in var.network.egress : contains(["tcp", "udp", "all"], rule.protocol) && (
      rule.protocol == "all" ? rule.port == null && rule.last_port == null : try(coalesce(rule.port, 0) <= coalesce(rule.last_port, rule.port, 65535) && coalesce(rule.port, 0) >= 0 && coalesce(rule.last_port, rule.port, 65535) <= 65535, false)
    )])
    error_message = "network.egress: protocol is \"tcp\", \"udp\" or \"all\" (which has no ports); port and last_port are 0 to 65535, the last not below the first."
  }
  validation {
    condition     = length(var.network.egress) >= 1 && length(var.network.egress) <= 60
    error_message = "network.egress: name 1 to 60 places (a security group holds 60 rules each way); leave egress out to reach everything."
  }
  validation {
    condition     = var.cluster != null || (var.network.vpc_id != null && length(var.network.subnet_ids) > 0)
    error_message = "network: without a cluster give vpc_id and subnet_ids (one or more)."
  }
  validation {
    condition     = (var.network.vpc_id == null) == (length(var.network.subnet_ids) == 0)
    error_message = "network: give vpc_id and subnet_ids together, or neither."
  }
}

variable "controller" {
  description = <<-EOT
    Jenkins itself. `url` as agents reach it. They connect to `agent_port` (fixed in Jenkins' security settings), or, with `web_socket`, through the URL alone.
    `tunnel` ("host:port", "host:" or ":port") leads the agents' port through something else. `security_group` is the controller's group, by its id; without it one is made, to be put on the controller.
    `load_balanced`: the URL leads to a load balancer, so agents need no way to `https_port` of the controller itself.
    `role_name` is the controller's IAM role: it gets the policy; without it attach the policy that is given out.
  EOT
  type = object({
    url            = string
    web_socket     = optional(bool, false)
    agent_port     = optional(number, 50000)
    https_port     = optional(number, 443)
    load_balanced  = optional(bool, false)
    tunnel         = optional(string)
    security_group = optional(object({ id = string }))
    role_name      = optional(string)
  })
  nullable = false

  validation {
    condition     = can(regex("^https://[A-Za-z0-9.-]+(:[0-9]+)?(/.*)?$", var.controller.url))
    error_message = "controller.url: give the address that agents reach, with https, such as https://jenkins.example.com/: secrets travel on it."
  }
  validation {
    condition     = alltrue([for port in [var.controller.agent_port, var.controller.https_port] : port >= 1 && port <= 65535 && floor(port) == port])
    error_message = "controller: agent_port and https_port must be between 1 and 65535."
  }
  validation {
    condition     = var.controller.tunnel == null || can(regex("^[A-Za-z0-9.-]*:[0-9]*$", var.controller.tunnel))
    error_message = "controller.tunnel: write host:port, host: or :port."
  }
  validation {
    condition     = var.controller.tunnel == null || !var.controller.web_socket
    error_message = "controller: a WebSocket goes through the URL and needs no tunnel; leave out tunnel, or web_socket."
  }
  validation {
    condition     = var.controller.security_group == null || can(regex("^sg-[0-9a-f]+$", var.controller.security_group.id))
    error_message = "controller.security_group: give an id such as sg-0123456789abcdef0, or leave it out."
  }
}

variable "cloud" {
  description = <<-EOT
    The cloud as a whole. `max_agents` side by side (0: no limit); `executors` of each agent; `retention_minutes` an idle agent is kept; `start_seconds` an agent may take to connect.
    `allowed_overrides` names the fields of a template that a pipeline may set itself. `credentials_id` is of Jenkins' own credentials; null uses the controller's role.
  EOT
  type = object({
    max_agents        = optional(number, 20)
    executors         = optional(number, 1)
    retention_minutes = optional(number, 5)
    start_seconds     = optional(number, 900)
    allowed_overrides = optional(set(string), [])
    credentials_id    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.cloud.executors >= 1
    error_message = "cloud.executors: use 1 or more; with 0 the plugin starts no agent at all."
  }
  validation {
    condition     = var.cloud.max_agents >= 0 && var.cloud.retention_minutes >= 1 && var.cloud.start_seconds >= 60
    error_message = "cloud: max_agents must be 0 or more, retention_minutes 1 or more, start_seconds 60 or more."
  }
  validation {
    condition     = length(setintersection(var.cloud.allowed_overrides, ["all", "taskrole", "executionRole", "privileged", "taskDefinitionOverride"])) == 0
    error_message = "cloud.allowed_overrides: \"all\", roles, privileged and taskDefinitionOverride would let every pipeline take any right that agents can have; name harmless fields, such as cpu and memory."
  }
}

variable "agents" {
  description = <<-EOT
    Agent templates by name. `label`: what a pipeline asks for (the name, unless given; several with spaces between). `capacity`: "fargate", "fargate_spot" or "machines". `cpu` in units of 1/1024 processor; memory in MiB:
    `memory` is a hard limit, `memory_reservation` what is set aside on a machine. `mounts`: name => path in the agent and, on machines, the path on the machine. `architecture`: "X86_64" or "ARM64".
    `fields`: more scalar fields of the plugin's template, by the plugin's names, such as { platformVersion = "1.4.0" }.
  EOT
  type = map(object({
    image              = string
    label              = optional(string)
    capacity           = optional(string, "fargate")
    cpu                = optional(number, 1024)
    memory             = optional(number, 2048)
    memory_reservation = optional(number, 0)
    remote_root        = optional(string, "/home/jenkins/agent")
    entry_point        = optional(list(string), [])
    jvm_args           = optional(string)
    architecture       = optional(string, "X86_64")
    environment        = optional(map(string), {})
    mounts = optional(map(object({
      path      = string
      source    = optional(string)
      read_only = optional(bool, false)
    })), {})
    fields = optional(map(string), {})
  }))
  nullable = false

  validation {
    condition     = length(var.agents) > 0 && alltrue([for name in keys(var.agents) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "agents: give at least one; a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = alltrue([for agent in var.agents : can(regex("^[^\\s:]+(:[0-9]+/[^\\s:]+)?(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$", agent.image)) && !endswith(agent.image, ":latest")])
    error_message = "agents: every image needs a tag or digest that never changes, such as registry.example.com/jenkins-agent:90; \"latest\" is refused, since it does not say what runs."
  }
  validation {
    condition     = alltrue([for agent in var.agents : contains(["fargate", "fargate_spot", "machines"], agent.capacity)])
    error_message = "agents: capacity is \"fargate\", \"fargate_spot\" or \"machines\"."
  }
  validation {
    condition     = var.cluster != null || !contains(values(var.agents)[*].capacity, "machines")
    error_message = "agents: capacity = \"machines\" needs a cluster that has machines; give cluster, or use \"fargate\"."
  }
  validation {
    condition     = var.cluster == null || !contains(values(var.agents)[*].capacity, "fargate_spot")
    error_message = "agents: the cluster that is given has no Fargate Spot among its capacity providers; use \"fargate\", or leave out cluster."
  }
  validation {
    condition = alltrue([for agent in var.agents : agent.capacity == "machines" || try(
      agent.memory >= local.fargate_memory[agent.cpu].least && agent.memory <= local.fargate_memory[agent.cpu].most && agent.memory % local.fargate_memory[agent.cpu].step == 0, false
    )])
    error_message = "agents: Fargate sells certain sizes: cpu 256 (memory 512 to 2048), 512 (1024 to 4096), 1024 (2048 to 8192), 2048 (4096 to 16384), 4096 (8192 to 30720), 8192 (16384 to 61440), 16384 (32768 to 122880); memory in whole GiB, from 8192 in steps of 4 GiB, from 16384 of 8."
  }
  validation {
    condition     = alltrue([for agent in var.agents : agent.memory == 0 ? agent.memory_reservation > 0 : agent.memory >= agent.memory_reservation])
    error_message = "agents: give memory (the hard limit), memory_reservation or both; memory must not be below memory_reservation."
  }
  validation {
    condition     = alltrue([for agent in var.agents : agent.capacity == "machines" || agent.memory_reservation == 0])
    error_message = "agents: memory_reservation is for machines; on Fargate the plugin would take it for the task's size: leave it out."
  }
  validation {
    condition     = alltrue(flatten([for agent in var.agents : [for mount in agent.mounts : startswith(mount.path, "/") && (mount.source == null || agent.capacity == "machines")]]))
    error_message = "agents: a mount's path begins with \"/\", and source is a path on a machine: Fargate has none, leave it out there."
  }
  validation {
    condition     = alltrue([for agent in var.agents : contains(["X86_64", "ARM64"], agent.architecture)])
    error_message = "agents: architecture is \"X86_64\" or \"ARM64\"."
  }
  validation {
    condition     = alltrue([for agent in var.agents : length(setsubtract(keys(agent.fields), local.other_fields)) == 0])
    error_message = "agents: fields takes scalar fields of the plugin's template that are not set here already: ${join(", ", local.other_fields)}."
  }
}

variable "task_policies" {
  description = "What builds may do in AWS: a name of your choice => the ARN of an IAM policy for the agents' task role."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.task_policies) : can(regex("^arn:[a-z-]+:iam::[a-z0-9]+:policy/", arn))])
    error_message = "task_policies: every value is the ARN of an IAM policy, such as arn:aws:iam::123456789012:policy/deploy."
  }
}

variable "registry_secret" {
  description = "Name of the Secrets Manager secret with the registry's login ({\"username\": ..., \"password\": ...}) for the agents' images; null for none."
  type        = string
  default     = null

  validation {
    condition     = var.registry_secret == null || can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", var.registry_secret))
    error_message = "registry_secret: give the name of a secret in Secrets Manager (never the login itself), or leave it out."
  }
}

variable "log_retention_days" {
  description = "How long the agents' own output is kept; the builds' logs are Jenkins'."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: CloudWatch knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
}

variable "insights" {
  description = "Container Insights of the cluster made here: \"enabled\", \"enhanced\" or \"disabled\". A cluster that is given decides for itself."
  type        = string
  default     = "disabled"
  nullable    = false

  validation {
    condition     = contains(["enabled", "enhanced", "disabled"], var.insights)
    error_message = "insights: use \"enabled\", \"enhanced\" or \"disabled\"."
  }
}

variable "roles" {
  description = <<-EOT
    The IAM roles. Those that are made here, and the controller's policy, get `path`; the roles get `permissions_boundary` (the ARN of a policy).
    Or give roles of yours, by ARN: `execution` (starts the agents), `task` (the builds). The module then neither makes nor changes that role;
    what it must be allowed, and which service must be trusted, is in the output `role_policies`.
  EOT
  type = object({
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
    execution            = optional(object({ arn = string }))
    task                 = optional(object({ arn = string }))
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
    condition     = alltrue([for role in [var.roles.execution, var.roles.task] : role == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", role.arn))])
    error_message = "roles: a role of yours is given as { arn = \"arn:aws:iam::123456789012:role/agents\" }."
  }
  validation {
    condition     = var.roles.task == null || length(var.task_policies) == 0
    error_message = "roles.task: the module changes no role of yours; put task_policies on it yourself, and leave them out here."
  }
}

variable "encryption" {
  description = "ARN of a KMS key of yours that encrypts the agents' `logs`; AWS's own key unless given. What its policy must allow says the README."
  type = object({
    logs = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for key in [var.encryption.logs] : key == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", key))])
    error_message = "encryption: give the ARN of a key, not of an alias: arn:aws:kms:ap-southeast-2:123456789012:key/..."
  }
}
