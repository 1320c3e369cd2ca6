variable "task" {
  description = <<-EOT
    `launch_type`: "EC2" (the cluster's machines) or "FARGATE" (none of ours). `network_mode`: "bridge" (dynamic host ports,
    many tasks a machine), "awsvpc" (an address for every task; its subnets then need a NAT gateway, or `public_address` on
    Fargate) or "host" (the machine's own ports, one task a machine). `cpu` and `memory` are the whole task's, and needed on
    Fargate; `architecture` "X86_64" or "ARM64"; `ephemeral_gb` Fargate's disk. `volumes`: a name => a folder of the machine
    (`host_path`), a file system (`efs`), or nothing: a scratch place that the containers share. `callers`: a name of your
    choice => security group that may call the tasks (awsvpc). What the application may do in AWS: `policy` (an IAM policy
    document, JSON), `policy_arns`; an efs with `root_access` lets root write as root. `kms_keys`: ARNs of keys that secrets, the registry's
    login too, are encrypted with. `pull_through`: prefixes of ECR repositories that ECR fills from another registry when an image is first
    pulled. `execute_command`: a shell in a running container. With an address for every task (awsvpc): `security_groups`, a name of your choice
    => a security group that the tasks are in too; `egress`, a name of your choice => where they may connect: `to` (a block of addresses, a
    security group, a prefix list), `protocol`, `port` to `last_port` (all ports unless given).
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
        root_access     = optional(bool, false)
      }))
    })), {})
    callers         = optional(map(string), {})
    security_groups = optional(map(string), {})
    egress = optional(map(object({
      to        = string
      protocol  = optional(string, "tcp")
      port      = optional(number)
      last_port = optional(number)
    })), { everything = { to = "0.0.0.0/0", protocol = "all" } })
    policy          = optional(string)
    policy_arns     = optional(map(string), {})
    kms_keys        = optional(set(string), [])
    pull_through    = optional(set(string), [])
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
    condition     = var.task.memory == null || alltrue([for container in var.containers : container.memory == null || try(container.memory <= var.task.memory, false)])
    error_message = "task.memory: a container's memory (the hard limit) is more than the whole task's; raise it or lower that one."
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
    condition     = var.cluster.nat != false || var.task.network_mode != "awsvpc" || var.task.public_address
    error_message = "task.public_address: the cluster's subnets have no NAT gateway, so that a task with an address of its own reaches neither a registry nor AWS. On Fargate set public_address = true, on EC2 network_mode = \"bridge\"; or give the network a gateway (network.nat of ecs-cluster)."
  }
  validation {
    condition     = length(setsubtract(keys(var.task.volumes), flatten([for container in var.containers : [for mount in container.mounts : mount.volume]]))) == 0
    error_message = "task.volumes: no container mounts one of them, so that nothing would ever be in it; name it in a container's mounts, or leave it out."
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
    condition     = var.task.network_mode == "awsvpc" || (length(var.task.security_groups) == 0 && join(" ", keys(var.task.egress)) == "everything")
    error_message = "task.security_groups, task.egress: only tasks with an address of their own (network_mode \"awsvpc\") have security groups; in bridge and host they have the machines': see node.security_groups and node.egress of ecs-cluster."
  }
  validation {
    condition     = length(var.task.security_groups) <= 4 && alltrue([for id in values(var.task.security_groups) : can(regex("^sg-[0-9a-f]+$", id))])
    error_message = "task.security_groups: every value is the id of a security group (sg-...), and there are at most four: an interface has five, one of which is made here."
  }
  validation {
    condition     = alltrue([for rule in var.task.egress : can(cidrhost(rule.to, 0)) || can(regex("^(sg|pl)-[0-9a-f]+$", rule.to))])
    error_message = "task.egress: to is a block of addresses (10.0.0.0/8, ::/0), a security group (sg-...) or a prefix list (pl-...)."
  }
  validation {
    condition = alltrue([for rule in var.task.egress : contains(["tcp", "udp", "all"], rule.protocol) && (
      rule.protocol == "all" ? rule.port == null && rule.last_port == null : try(coalesce(rule.port, 0) <= coalesce(rule.last_port, rule.port, 65535) && coalesce(rule.port, 0) >= 0 && coalesce(rule.last_port, rule.port, 65535) <= 65535, false)
    )])
    error_message = "task.egress: protocol is \"tcp\", \"udp\" or \"all\" (which has no ports); port and last_port are 0 to 65535, the last not below the first."
  }
  validation {
    condition     = length(var.task.egress) >= 1 && length(var.task.egress) <= 60
    error_message = "task.egress: name 1 to 60 places (a security group holds 60 rules each way); leave egress out to reach everything."
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
    condition = alltrue([for prefix in var.task.pull_through :
      can(regex("^[a-z0-9][a-z0-9._/-]*[a-z0-9]$", prefix)) && anytrue([for container in var.containers : can(regex(local.ecr_image, container.image)) && strcontains(container.image, "/${prefix}/")])
    ])
    error_message = "task.pull_through: a prefix is that of a pull-through cache rule, such as docker-hub, and an image of ECR begins with it after the registry's name; correct it, or leave it out."
  }
  validation {
    condition     = !var.task.execute_command || alltrue([for container in var.containers : !container.read_only_root])
    error_message = "task.execute_command: the agent behind the shell writes to the root file system; leave read_only_root off, or do without the shell."
  }
  validation {
    condition = var.task.network_mode == "bridge" || length(flatten([for container in var.containers : concat([for port in container.port[*] : "${port}/tcp"], [for port in container.more_ports : "${port.container}/${port.protocol}"])])) == length(distinct(flatten(
      [for container in var.containers : concat([for port in container.port[*] : "${port}/tcp"], [for port in container.more_ports : "${port.container}/${port.protocol}"])]
    )))
    error_message = "task.network_mode: in awsvpc and host the containers share one address, so that each port can be used once."
  }
  validation {
    condition     = var.task.network_mode == "bridge" || alltrue(flatten([for container in var.containers : [for port in container.more_ports : contains([0, port.container], port.host)]]))
    error_message = "task.network_mode: in awsvpc and host a port is the container's own; leave host out of more_ports, or use \"bridge\"."
  }
  validation {
    condition     = var.task.network_mode == "bridge" || alltrue([for container in var.containers : length(container.links) == 0])
    error_message = "task.network_mode: links are for \"bridge\" alone; in awsvpc and host the containers of a task share one address, so that one reaches the other at 127.0.0.1: leave links out."
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
    error_message = "task.volumes: a container mounts a volume that is not among them; add it, or correct the name in mounts."
  }
}
