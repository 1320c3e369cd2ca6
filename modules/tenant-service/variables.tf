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
  description = "Name of the tenant; its service in the cluster begins with it."
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
    condition     = var.load_balancer.mode != "own" || length(var.cluster.load_balancer_subnet_ids) >= 2
    error_message = "cluster.load_balancer_subnet_ids: a load balancer needs two subnets, in different zones."
  }
}

variable "containers" {
  description = <<-EOT
    The task's containers by name. `cpu` is in units of 1/1024 processor, memory in MiB: `memory` is a hard limit,
    `memory_reservation` what is set aside. `port` takes the requests; `more_ports` are for others (`host`: in bridge mode a
    fixed port of the machine, 0 for any). `secrets`: variable => ARN in Secrets Manager or of an SSM parameter.
    `registry_login`: ARN of the secret with the registry's user and password. `after`: container => "START", "HEALTHY",
    "SUCCESS" or "COMPLETE". `mounts`: path in the container => one of task.volumes. `log`: another driver than awslogs.
    Times are in seconds.
  EOT
  type = map(object({
    image              = string
    cpu                = optional(number, 128)
    memory             = optional(number)
    memory_reservation = optional(number, 128)
    port               = optional(number)
    more_ports = optional(map(object({
      container = number
      host      = optional(number, 0)
      protocol  = optional(string, "tcp")
    })), {})
    entry_point    = optional(list(string))
    command        = optional(list(string))
    user           = optional(string)
    environment    = optional(map(string), {})
    secrets        = optional(map(string), {})
    registry_login = optional(string)
    essential      = optional(bool, true)
    read_only_root = optional(bool, false)
    stop_timeout   = optional(number, 30)
    after          = optional(map(string), {})
    mounts         = optional(map(object({ volume = string, read_only = optional(bool, false) })), {})
    ulimits        = optional(map(object({ soft = number, hard = number })), {})
    log            = optional(object({ driver = string, options = optional(map(string), {}) }))
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
    condition     = alltrue([for container in var.containers : container.memory == null || try(container.memory >= container.memory_reservation, false)])
    error_message = "containers: memory (the hard limit) must not be below memory_reservation."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.memory == null ? container.memory_reservation >= 6 : container.memory >= 6])
    error_message = "containers: Docker gives a container 6 MiB or more; raise memory or memory_reservation."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for port in concat(container.port[*], [for more in container.more_ports : more.container]) : port >= 1 && port <= 65535 && floor(port) == port]]))
    error_message = "containers: a port is a whole number between 1 and 65535."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for port in container.more_ports : contains(["tcp", "udp"], port.protocol) && port.host >= 0 && port.host <= 65535]]))
    error_message = "containers: more_ports speak \"tcp\" or \"udp\", and host is 0 (any) or a port of the machine."
  }
  validation {
    condition = alltrue(flatten([for container in var.containers : [for arn in values(container.secrets) :
      can(regex("^arn:[a-z-]+:(secretsmanager|ssm):[a-z0-9-]+:[0-9]{12}:(secret:|parameter/)", arn))
    ]]))
    error_message = "containers: a secret is given as an ARN of Secrets Manager or of an SSM parameter, never as its value."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.registry_login == null || can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:", container.registry_login))])
    error_message = "containers: registry_login is the ARN of a secret in Secrets Manager that holds {\"username\": ..., \"password\": ...}."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for name, value in container.environment : !can(regex("(?i)(password|passwd|secret|private_key|api_key|access_key|auth_token)$", name)) && !can(regex("AKIA[0-9A-Z]{16}|-{5}BEGIN", value))]]))
    error_message = "containers: environment is in clear for everybody who may look at the task definition; put what is secret into Secrets Manager or SSM, and name its ARN in secrets."
  }
  validation {
    condition     = alltrue([for container in var.containers : length(setintersection(keys(container.environment), keys(container.secrets))) == 0])
    error_message = "containers: a variable is given either in environment or in secrets; ECS refuses one that is in both."
  }
  validation {
    condition     = anytrue([for container in var.containers : container.essential])
    error_message = "containers: at least one must be essential."
  }
  validation {
    condition     = alltrue(flatten([for name, container in var.containers : [for other, state in container.after : other != name && contains(keys(var.containers), other)]]))
    error_message = "containers: after names other containers of the same task; one that does not exist, or the container itself, can never be waited for."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for state in values(container.after) : contains(["START", "HEALTHY", "SUCCESS", "COMPLETE"], state)]]))
    error_message = "containers: after waits for \"START\", \"HEALTHY\", \"SUCCESS\" or \"COMPLETE\"."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for other, state in container.after : state != "HEALTHY" || !can(var.containers[other].image) || try(var.containers[other].health_check, null) != null]]))
    error_message = "containers: after waits for a container to be HEALTHY that has no health_check; give it one, or wait for START."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for other, state in container.after : !contains(["SUCCESS", "COMPLETE"], state) || !try(var.containers[other].essential, false)]]))
    error_message = "containers: after waits for a container to end that is essential, and whose end is the end of the task; set its essential to false."
  }
  validation {
    condition = alltrue([for container in var.containers : try(container.health_check, null) == null || try(
      container.health_check.timeout < container.health_check.interval && container.health_check.interval >= 5 && container.health_check.interval <= 300 && container.health_check.timeout >= 2, false
    )])
    error_message = "containers: health_check.timeout must be 2 or more and shorter than the interval, and the interval between 5 and 300."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.health_check == null || try(contains(["CMD", "CMD-SHELL"], container.health_check.command[0]) && length(container.health_check.command) > 1, false)])
    error_message = "containers: health_check.command begins with \"CMD\" (a program and its arguments) or \"CMD-SHELL\" (a line for a shell)."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.health_check == null || try(container.health_check.retries >= 1 && container.health_check.retries <= 10 && container.health_check.start_period >= 0 && container.health_check.start_period <= 300, false)])
    error_message = "containers: health_check.retries must be between 1 and 10, start_period between 0 and 300."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.stop_timeout >= 2 && container.stop_timeout <= 120])
    error_message = "containers: stop_timeout must be between 2 and 120: a spot machine leaves two minutes after its notice, and Fargate waits no longer."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for path in keys(container.mounts) : startswith(path, "/")]]))
    error_message = "containers: mounts is a path in the container, beginning with a slash, => the name of one of task.volumes."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for name, limit in container.ulimits : contains(local.ulimits, name) && limit.soft <= limit.hard]]))
    error_message = "containers: ulimits knows core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending and stack, each with soft not above hard."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.log == null || try(contains(["awsfirelens", "awslogs", "fluentd", "gelf", "journald", "json-file", "none", "splunk", "syslog"], container.log.driver), false)])
    error_message = "containers: log.driver is awsfirelens, awslogs, fluentd, gelf, journald, json-file, none, splunk or syslog."
  }
}

variable "front" {
  description = "Name of the container that the load balancer sends requests to; not needed when just one has a port."
  type        = string
  default     = null

  validation {
    condition     = var.front != null || length([for container in var.containers : container if container.port != null]) == 1 || (var.load_balancer.mode == "none" && var.dns.discovery == null)
    error_message = "front: name the container that takes the requests, since not exactly one container has a port."
  }
  validation {
    condition     = var.front == null || try(var.containers[var.front].port, null) != null
    error_message = "front: name one of the containers, one with a port."
  }
}

variable "task" {
  description = <<-EOT
    `launch_type`: "EC2" (the cluster's machines) or "FARGATE" (none of ours). `network_mode`: "bridge" (dynamic host ports,
    many tasks a machine), "awsvpc" (an address for every task; its subnets then need a NAT gateway, or `public_address` on
    Fargate) or "host" (the machine's own ports, one task a machine). `cpu` and `memory` are the whole task's, and needed on
    Fargate; `architecture` "X86_64" or "ARM64"; `ephemeral_gb` Fargate's disk. `volumes`: a name => a folder of the machine
    (`host_path`), a file system (`efs`), or nothing: a scratch place that the containers share. `callers`: a name of your
    choice => security group that may call the tasks (awsvpc). What the application may do in AWS: `policy` (an IAM policy
    document, JSON), `policy_arns`; `kms_keys`: ARNs of keys that secrets are encrypted with. `execute_command`: a shell in a
    running container.
  EOT
  type = object({
    launch_type    = optional(string, "EC2")
    network_mode   = optional(string, "bridge")
    cpu            = optional(number)
    memory         = optional(number)
    architecture   = optional(string)
    ephemeral_gb   = optional(number)
    public_address = optional(bool, false)
    volumes = optional(map(object({
      host_path = optional(string)
      efs = optional(object({
        file_system_id  = string
        access_point_id = optional(string)
        root_directory  = optional(string, "/")
      }))
    })), {})
    callers         = optional(map(string), {})
    policy          = optional(string)
    policy_arns     = optional(map(string), {})
    kms_keys        = optional(set(string), [])
    execute_command = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["EC2", "FARGATE"], var.task.launch_type)
    error_message = "task.launch_type: use \"EC2\" or \"FARGATE\"."
  }
  validation {
    condition     = contains(["bridge", "awsvpc", "host"], var.task.network_mode)
    error_message = "task.network_mode: use \"bridge\", \"awsvpc\" or \"host\"."
  }
  validation {
    condition     = var.task.launch_type != "FARGATE" || var.task.network_mode == "awsvpc"
    error_message = "task.network_mode: Fargate gives every task an address of its own; say \"awsvpc\"."
  }
  validation {
    condition     = var.task.launch_type != "FARGATE" || try(contains(local.fargate_memory[var.task.cpu], var.task.memory), false)
    error_message = "task: Fargate sells only some pairs of cpu and memory: 256 with 512, 1024 or 2048; 512 with 1024 to 4096; 1024 with 2048 to 8192; 2048 with 4096 to 16384; 4096 with 8192 to 30720, in steps of 1024; 8192 with 16384 to 61440 in steps of 4096; 16384 with 32768 to 122880 in steps of 8192."
  }
  validation {
    condition     = var.task.cpu == null || try(sum([for container in var.containers : container.cpu]) <= var.task.cpu, false)
    error_message = "task.cpu: the containers together take more; raise it or lower theirs."
  }
  validation {
    condition     = var.task.memory == null || try(sum([for container in var.containers : container.memory_reservation]) <= var.task.memory, false)
    error_message = "task.memory: the containers' memory_reservation together is more; raise it or lower theirs."
  }
  validation {
    condition     = var.task.architecture == null || contains(["X86_64", "ARM64"], coalesce(var.task.architecture, "-"))
    error_message = "task.architecture: use \"X86_64\" or \"ARM64\"."
  }
  validation {
    condition     = var.task.ephemeral_gb == null || try(var.task.launch_type == "FARGATE" && var.task.ephemeral_gb >= 21 && var.task.ephemeral_gb <= 200, false)
    error_message = "task.ephemeral_gb: only on Fargate, 21 to 200; without it a task has 20."
  }
  validation {
    condition     = !var.task.public_address || var.task.launch_type == "FARGATE"
    error_message = "task.public_address: only Fargate gives a task a public address; tasks on EC2 need a NAT gateway."
  }
  validation {
    condition     = alltrue([for volume in var.task.volumes : volume.host_path == null || volume.efs == null])
    error_message = "task.volumes: a volume is either a host_path or an efs, not both."
  }
  validation {
    condition     = alltrue([for volume in var.task.volumes : volume.host_path == null || try(startswith(volume.host_path, "/") && var.task.launch_type == "EC2", false)])
    error_message = "task.volumes: host_path is a folder of an EC2 machine and begins with a slash; Fargate has none."
  }
  validation {
    condition     = alltrue([for volume in var.task.volumes : volume.efs == null || try(can(regex("^fs-[0-9a-f]+$", volume.efs.file_system_id)) && (volume.efs.access_point_id == null || can(regex("^fsap-[0-9a-f]+$", volume.efs.access_point_id))), false)])
    error_message = "task.volumes: efs wants the ids of a file system (fs-...) and, if any, of its access point (fsap-...)."
  }
  validation {
    condition     = alltrue([for volume in var.task.volumes : try(volume.efs.access_point_id, null) == null || try(volume.efs.root_directory == "/", false)])
    error_message = "task.volumes: an access point has its own root; leave root_directory out."
  }
  validation {
    condition     = length(var.task.callers) == 0 || (var.task.network_mode == "awsvpc" && anytrue([for container in var.containers : container.port != null]))
    error_message = "task.callers: only tasks with an address and a port of their own have callers; use network_mode \"awsvpc\" and give a container a port."
  }
  validation {
    condition     = var.task.policy == null || can(jsondecode(var.task.policy).Statement)
    error_message = "task.policy: give an IAM policy document as JSON, with a Statement."
  }
  validation {
    condition     = alltrue([for arn in values(var.task.policy_arns) : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", arn))])
    error_message = "task.policy_arns: give ARNs of IAM policies, such as arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess."
  }
  validation {
    condition     = alltrue([for arn in var.task.kms_keys : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))])
    error_message = "task.kms_keys: give ARNs of keys, not of aliases: arn:aws:kms:...:key/..."
  }
  validation {
    condition     = !var.task.execute_command || alltrue([for container in var.containers : !container.read_only_root])
    error_message = "task.execute_command: the agent behind the shell writes to the root file system; leave read_only_root off, or do without the shell."
  }
  validation {
    condition     = var.task.network_mode != "host" || var.load_balancer.mode == "none" || anytrue([for name, container in var.containers : try(container.port >= 32768, false) && name == coalesce(var.front, name)])
    error_message = "task.network_mode: the machines let load balancers reach ports 32768 to 65535 only; in mode host let the front container listen on one of these."
  }
  validation {
    condition = var.task.network_mode == "bridge" || length(flatten([for container in var.containers : concat([for port in container.port[*] : "${port}/tcp"], [for port in container.more_ports : "${port.container}/${port.protocol}"])])) == length(distinct(flatten(
      [for container in var.containers : concat([for port in container.port[*] : "${port}/tcp"], [for port in container.more_ports : "${port.container}/${port.protocol}"])]
    )))
    error_message = "task.network_mode: in awsvpc and host the containers share one address, so that each port can be used once."
  }
  validation {
    condition     = var.task.launch_type != "FARGATE" || alltrue(flatten([for container in var.containers : [for name in keys(container.ulimits) : name == "nofile"]]))
    error_message = "task.launch_type: on Fargate only the ulimit nofile can be set; take the others out of the containers."
  }
  validation {
    condition     = var.task.launch_type != "FARGATE" || alltrue([for container in var.containers : container.log == null || try(contains(["awsfirelens", "awslogs", "splunk"], container.log.driver), false)])
    error_message = "task.launch_type: on Fargate a container's log.driver is awsfirelens, awslogs or splunk."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for mount in container.mounts : contains(keys(var.task.volumes), mount.volume)]]))
    error_message = "task.volumes: a container mounts a volume that is not among them; add it, or mend the name in mounts."
  }
}

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
    condition     = coalesce(var.deployment.max_percent, var.deployment.strategy == "daemon" ? 100 : 200) > 100 || coalesce(var.deployment.min_healthy_percent, var.deployment.strategy == "daemon" ? 0 : 100) < 100
    error_message = "deployment: with 100 and 100 no task could ever be replaced; lower min_healthy_percent or raise max_percent."
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
    condition = length(var.deployment.capacity_providers) == 0 || (
      anytrue([for provider in var.deployment.capacity_providers : provider.weight > 0]) && length([for provider in var.deployment.capacity_providers : provider if provider.base > 0]) <= 1
    )
    error_message = "deployment.capacity_providers: at least one needs a weight above 0, and only one may have a base."
  }
  validation {
    condition     = var.deployment.wait_minutes >= 1 && floor(var.deployment.wait_minutes) == var.deployment.wait_minutes
    error_message = "deployment.wait_minutes: a whole number, 1 or more."
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
    `mode`: "own" (a load balancer of the tenant's own), "shared" (a rule on one of many tenants: `shared_load_balancer` says
    which) or "none". In both modes: `make_certificate` (for the tenant's names, proved by a record in the zone), `internal` and
    `dual_stack` (as the load balancer is), `drain_seconds` (how long a leaving task may finish its requests),
    `slow_start_seconds`, `sticky_seconds` (0 is off). For an own one: `certificate_arn` (HTTPS; without any certificate HTTP),
    `allowed` (a name of your choice => addresses that may connect), `access_logs`, `deletion_protection`.
  EOT
  type = object({
    mode                = optional(string, "own")
    certificate_arn     = optional(string)
    make_certificate    = optional(bool, false)
    ssl_policy          = optional(string, "ELBSecurityPolicy-TLS13-1-2-2021-06")
    internal            = optional(bool, false)
    dual_stack          = optional(bool, false)
    allowed             = optional(map(string), { everyone = "0.0.0.0/0" })
    idle_seconds        = optional(number, 60)
    drain_seconds       = optional(number, 30)
    slow_start_seconds  = optional(number, 0)
    sticky_seconds      = optional(number, 0)
    access_logs         = optional(object({ bucket = string, prefix = optional(string) }))
    deletion_protection = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["own", "shared", "none"], var.load_balancer.mode)
    error_message = "load_balancer.mode: use \"own\", \"shared\" or \"none\"."
  }
  validation {
    condition     = alltrue([for block in values(var.load_balancer.allowed) : can(cidrhost(block, 0))])
    error_message = "load_balancer.allowed: every value is a block of addresses, such as 203.0.113.0/24 or ::/0."
  }
  validation {
    condition     = length(var.load_balancer.allowed) > 0
    error_message = "load_balancer.allowed: name at least one block of addresses, or nobody can connect."
  }
  validation {
    condition     = !var.load_balancer.dual_stack || var.load_balancer.mode != "own" || anytrue([for block in values(var.load_balancer.allowed) : strcontains(block, ":")])
    error_message = "load_balancer.dual_stack: allowed has no block of IPv6 addresses, such as ::/0; who finds the AAAA record could not connect."
  }
  validation {
    condition     = var.load_balancer.certificate_arn == null || can(regex("^arn:[a-z-]+:(acm|iam):", var.load_balancer.certificate_arn))
    error_message = "load_balancer.certificate_arn: give the ARN of a certificate, or leave it out for HTTP."
  }
  validation {
    condition     = !var.load_balancer.make_certificate || (var.load_balancer.mode != "none" && !var.load_balancer.internal)
    error_message = "load_balancer.make_certificate: it is for a load balancer in public; nobody outside can see the proof in a private zone."
  }
  validation {
    condition     = !var.load_balancer.make_certificate || var.load_balancer.certificate_arn == null || var.load_balancer.mode == "shared"
    error_message = "load_balancer: make_certificate or certificate_arn, not both."
  }
  validation {
    condition     = var.load_balancer.drain_seconds >= 0 && var.load_balancer.drain_seconds < 120
    error_message = "load_balancer.drain_seconds: keep below 120: a spot machine leaves two minutes after its notice."
  }
  validation {
    condition     = var.load_balancer.slow_start_seconds == 0 || (var.load_balancer.slow_start_seconds >= 30 && var.load_balancer.slow_start_seconds <= 900)
    error_message = "load_balancer.slow_start_seconds: 0 (off), or 30 to 900."
  }
  validation {
    condition     = var.load_balancer.sticky_seconds >= 0 && var.load_balancer.sticky_seconds <= 604800
    error_message = "load_balancer.sticky_seconds: 0 (off), or up to 604800 (a week)."
  }
  validation {
    condition     = var.load_balancer.idle_seconds >= 1 && var.load_balancer.idle_seconds <= 4000
    error_message = "load_balancer.idle_seconds: 1 to 4000."
  }
}

variable "shared_load_balancer" {
  description = <<-EOT
    The load balancer that the tenant shares, and the `priority` of its rule there. Both are allotted once; a priority is no
    other tenant's on that load balancer. Needed when load_balancer.mode is "shared".
  EOT
  type = object({
    listener_arn      = string
    dns_name          = string
    zone_id           = string
    security_group_id = string
    arn_suffix        = string
    priority          = number
  })
  default = null

  validation {
    condition     = var.load_balancer.mode != "shared" || var.shared_load_balancer != null
    error_message = "shared_load_balancer: load_balancer.mode is \"shared\", so say which load balancer, and the priority allotted to the tenant there."
  }
  validation {
    condition     = var.shared_load_balancer == null || try(var.shared_load_balancer.priority >= 1 && var.shared_load_balancer.priority <= 50000 && floor(var.shared_load_balancer.priority) == var.shared_load_balancer.priority, false)
    error_message = "shared_load_balancer.priority: a whole number from 1 to 50000, allotted to this tenant alone."
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
    condition     = can(regex("^[2-4][0-9]{2}([-,][2-4][0-9]{2})*$", var.health_check.codes))
    error_message = "health_check.codes: HTTP codes from 200 to 499, such as 200, 200-299 or 200,302."
  }
  validation {
    condition     = var.health_check.timeout < var.health_check.interval
    error_message = "health_check.timeout: must be shorter than the interval."
  }
  validation {
    condition     = var.health_check.interval >= 5 && var.health_check.interval <= 300 && var.health_check.timeout >= 2 && var.health_check.timeout <= 120
    error_message = "health_check: interval must be between 5 and 300, timeout between 2 and 120."
  }
  validation {
    condition     = alltrue([for count in [var.health_check.healthy, var.health_check.unhealthy] : count >= 2 && count <= 10])
    error_message = "health_check: healthy and unhealthy must be between 2 and 10."
  }
}

variable "dns" {
  description = <<-EOT
    The tenant's names. `zone` is the hosted zone's name, `hostname` the full name in it, such as acme.example.com; both are
    needed with a load balancer. `aliases`: up to four further names; those in the zone get records, the others are pointed at
    `hostname` by who owns them. `discovery`: a name in a Cloud Map namespace for the other services (the tenant's unless given).
  EOT
  type = object({
    zone     = optional(string)
    hostname = optional(string)
    aliases  = optional(set(string), [])
    discovery = optional(object({
      namespace_id = string
      name         = optional(string)
      ttl          = optional(number, 15)
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.load_balancer.mode == "none" || (var.dns.hostname != null && var.dns.zone != null)
    error_message = "dns: give zone and hostname, or set load_balancer.mode to \"none\"."
  }
  validation {
    condition     = var.dns.hostname == null || var.dns.zone == null || try(endswith(var.dns.hostname, ".${var.dns.zone}") && can(regex(local.host_name, var.dns.hostname)), false)
    error_message = "dns.hostname: give a full lower-case name that ends with a dot and dns.zone."
  }
  validation {
    condition     = length(var.dns.aliases) <= 4 && alltrue([for name in var.dns.aliases : can(regex(local.host_name, name)) && name != coalesce(var.dns.hostname, "-")])
    error_message = "dns.aliases: up to four full lower-case names beside the hostname (a rule of a load balancer holds five)."
  }
  validation {
    condition     = var.dns.discovery == null || try(can(regex("^ns-[a-z0-9]+$", var.dns.discovery.namespace_id)) && can(regex("^[a-z0-9][a-z0-9-]{0,62}$", coalesce(var.dns.discovery.name, var.tenant))), false)
    error_message = "dns.discovery: namespace_id is the id of a Cloud Map namespace (ns-...), name a label of lower-case letters, digits and dashes."
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

# What the validations look up. They may look at variables, but not at what is made of them: Terraform calls that a cycle.

locals {
  host_name = "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$"
  ulimits   = ["core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack"]

  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
  fargate_memory = {
    "256"   = [512, 1024, 2048]
    "512"   = range(1024, 4097, 1024)
    "1024"  = range(2048, 8193, 1024)
    "2048"  = range(4096, 16385, 1024)
    "4096"  = range(8192, 30721, 1024)
    "8192"  = range(16384, 61441, 4096)
    "16384" = range(32768, 122881, 8192)
  }
}
