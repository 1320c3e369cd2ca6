variable "name" {
  description = "Name of the cluster; everything made here carries it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}$", var.name)) && !can(regex("^(internal-|sg(-|$))", var.name))
    error_message = "name: use 2 to 31 lower-case letters, digits and dashes, beginning with a letter, and not with \"internal-\" (load balancers refuse it) or \"sg-\" (security groups do)."
  }
}

variable "network" {
  description = <<-EOT
    Where the cluster lives. Either `existing`: a network of yours; its `nat` says whether the node subnets lead out by a NAT gateway
    (null: tenants' network modes are not checked against it). Or a small one made here: `cidr`; `zones`, letters of the
    region's zones; `nat`: "one" or "per_zone" puts the nodes into private subnets behind one or several NAT gateways, "none"
    into public ones with public addresses; `data` adds subnets without a way out, for databases; `ipv6` gives the public ones
    IPv6 addresses too, for load balancers. `blocks` gives addresses of your choice: `public-a`, `private-a`, `data-a` ... =>
    block; without it they are cut from `cidr`. `acls` makes network ACLs that let through what is used and nothing else: `services`
    (a name => a port below 32768 that tasks in private subnets listen on), `outbound` (ports that are called), `data` (ports of the data subnets).
  EOT
  type = object({
    existing = optional(object({
      vpc_id                   = string
      node_subnet_ids          = set(string)
      load_balancer_subnet_ids = set(string)
      nat                      = optional(bool)
    }))
    cidr   = optional(string, "10.0.0.0/16")
    zones  = optional(set(string), ["a", "b"])
    nat    = optional(string, "one")
    data   = optional(bool, false)
    ipv6   = optional(bool, false)
    blocks = optional(map(string), {})
    acls = optional(object({
      services = optional(map(number), {})
      outbound = optional(map(number), { https = 443 })
      data     = optional(map(number), { postgres = 5432, mysql = 3306, redis = 6379, efs = 2049 })
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.network.existing == null || try(length(var.network.existing.node_subnet_ids) > 0 && length(var.network.existing.load_balancer_subnet_ids) > 1, false)
    error_message = "network.existing: give node_subnet_ids (one or more) and load_balancer_subnet_ids (two or more, in different zones)."
  }
  validation {
    condition     = var.network.existing == null || (!var.network.data && !var.network.ipv6 && length(var.network.blocks) == 0 && var.network.acls == null)
    error_message = "network: data, ipv6, blocks and acls are for a network made here, and existing is one of yours; leave them out."
  }
  validation {
    condition     = var.network.acls == null || try(alltrue([for port in flatten([for ports in values(var.network.acls) : values(ports)]) : port >= 1 && port <= 65535 && floor(port) == port]), false)
    error_message = "network.acls: every value is a port, a whole number from 1 to 65535."
  }
  # https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-nacls
  validation {
    condition     = var.network.acls == null || try(max(length(var.network.acls.services) + 1, length(var.network.acls.data), length(var.network.acls.outbound) + (var.network.ipv6 ? 6 : 3)) <= 20, false)
    error_message = "network.acls: a network ACL holds 20 rules in each direction. Open fewer ports."
  }
  validation {
    condition     = can(cidrnetmask(var.network.cidr)) && try(cidrhost(var.network.cidr, 0) == split("/", var.network.cidr)[0] && contains(range(16, 21), tonumber(split("/", var.network.cidr)[1])), false)
    error_message = "network.cidr: give an IPv4 block between /16 and /20 that begins at its first address, such as 10.20.0.0/16."
  }
  validation {
    condition     = length(var.network.zones) >= 2 && alltrue([for zone in var.network.zones : can(regex("^[a-f]$", zone))])
    error_message = "network.zones: name two or more zones by their letter (a to f), such as [\"a\", \"b\"]; a load balancer needs two."
  }
  validation {
    condition     = contains(["none", "one", "per_zone"], var.network.nat)
    error_message = "network.nat: use \"none\", \"one\" or \"per_zone\"."
  }
  validation {
    condition = length(var.network.blocks) == 0 || sort(keys(var.network.blocks)) == sort([
      for pair in setproduct(concat(["public"], var.network.nat == "none" ? [] : ["private"], var.network.data ? ["data"] : []), var.network.zones) : join("-", pair)
    ])
    error_message = "network.blocks: give one for every subnet and no other: public-<zone>, private-<zone> unless nat is \"none\", data-<zone> if data is true; or leave it out."
  }
  validation {
    condition     = alltrue([for block in values(var.network.blocks) : can(cidrnetmask(block)) && try(cidrhost(block, 0) == split("/", block)[0] && contains(range(16, 29), tonumber(split("/", block)[1])), false)])
    error_message = "network.blocks: every value is an IPv4 block between /16 and /28 that begins at its first address, such as 10.20.16.0/20."
  }
  # A block as the bits that all its addresses share: it lies in another when its bits begin with the other's.
  validation {
    condition = try(alltrue([for block in values(var.network.blocks) : startswith(
      substr(join("", [for part in split(".", split("/", block)[0]) : format("%08b", tonumber(part))]), 0, tonumber(split("/", block)[1])),
      substr(join("", [for part in split(".", split("/", var.network.cidr)[0]) : format("%08b", tonumber(part))]), 0, tonumber(split("/", var.network.cidr)[1]))
    )]), true)
    error_message = "network.blocks: every block must lie in network.cidr; move it, or make cidr larger."
  }
  validation {
    condition = try(length(distinct(values(var.network.blocks))) == length(var.network.blocks) && alltrue([
      for pair in setproduct(distinct(values(var.network.blocks)), distinct(values(var.network.blocks))) : pair[0] == pair[1] || !startswith(
        substr(join("", [for part in split(".", split("/", pair[0])[0]) : format("%08b", tonumber(part))]), 0, tonumber(split("/", pair[0])[1])),
        substr(join("", [for part in split(".", split("/", pair[1])[0]) : format("%08b", tonumber(part))]), 0, tonumber(split("/", pair[1])[1]))
    )]), true)
    error_message = "network.blocks: two subnets overlap; give each a block of its own, such as 10.20.0.0/20 and 10.20.16.0/20."
  }
}

variable "capacity" {
  description = <<-EOT
    The machines. `kind` is "launch_template" (mixed instances: `on_demand_base` machines and `on_demand_percent` of the rest
    on demand, the others spot) or "launch_configuration" (classic: one instance type). `spot_max_price`, a bid in US dollars an
    hour, makes all machines spot unless `on_demand_percent` says otherwise; with that alone spot costs up to the on-demand price.
    Managed scaling keeps `target_percent` of the machines in use, between `min` and `max`. `refresh`: a new image, user data or kind of
    machine replaces those that run, a few at a time, between the two percentages.
  EOT
  type = object({
    kind              = optional(string, "launch_template")
    instance_types    = optional(set(string), ["t3.medium", "t3a.medium"])
    spot_max_price    = optional(string)
    on_demand_base    = optional(number, 0)
    on_demand_percent = optional(number)
    min               = optional(number, 1)
    max               = optional(number, 4)
    target_percent    = optional(number, 100)
    warmup_seconds    = optional(number, 300)
    refresh = optional(object({
      enabled             = optional(bool, true)
      min_healthy_percent = optional(number, 100)
      max_healthy_percent = optional(number, 120)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["launch_template", "launch_configuration"], var.capacity.kind)
    error_message = "capacity.kind: use \"launch_template\" or \"launch_configuration\"."
  }
  validation {
    condition     = length(var.capacity.instance_types) > 0 && alltrue([for type in var.capacity.instance_types : can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type))])
    error_message = "capacity.instance_types: name one or more instance types, such as [\"t3.medium\"]."
  }
  validation {
    condition     = var.capacity.kind != "launch_configuration" || length(var.capacity.instance_types) < 2
    error_message = "capacity.instance_types: a launch configuration takes exactly one instance type; name one, or use kind = \"launch_template\"."
  }
  validation {
    condition     = var.capacity.spot_max_price == null || can(regex("^(0\\.[0-9]*[1-9][0-9]*|[1-9][0-9]*(\\.[0-9]+)?)$", var.capacity.spot_max_price))
    error_message = "capacity.spot_max_price: give US dollars an hour above zero as a string, such as \"0.02\", or leave it out."
  }
  validation {
    condition     = var.capacity.spot_max_price == null || (try(var.capacity.on_demand_percent < 100, var.capacity.on_demand_percent == null) && var.capacity.on_demand_base < var.capacity.max)
    error_message = "capacity.spot_max_price: a bid, but every machine is on demand; leave on_demand_percent out (all spot beyond on_demand_base) or lower it, keep on_demand_base below max, or leave the bid out."
  }
  validation {
    condition     = var.capacity.kind != "launch_configuration" || (var.capacity.on_demand_base == 0 && var.capacity.on_demand_percent == null)
    error_message = "capacity: a launch configuration mixes nothing; leave out on_demand_base and on_demand_percent (spot_max_price makes all machines spot), or use kind = \"launch_template\"."
  }
  validation {
    condition     = var.capacity.on_demand_base >= 0 && floor(var.capacity.on_demand_base) == var.capacity.on_demand_base && (var.capacity.on_demand_percent == null || try(var.capacity.on_demand_percent >= 0 && var.capacity.on_demand_percent <= 100, false))
    error_message = "capacity: on_demand_base counts machines, 0 or more; on_demand_percent is between 0 and 100."
  }
  validation {
    condition     = var.capacity.on_demand_base <= var.capacity.max
    error_message = "capacity.on_demand_base: more machines than max allows; lower it, or raise max."
  }
  validation {
    condition     = var.capacity.min >= 0 && var.capacity.max >= 1 && var.capacity.max >= var.capacity.min && floor(var.capacity.min) == var.capacity.min && floor(var.capacity.max) == var.capacity.max
    error_message = "capacity: min counts machines, 0 or more; max 1 or more and not below min."
  }
  validation {
    condition     = var.capacity.target_percent >= 1 && var.capacity.target_percent <= 100
    error_message = "capacity.target_percent: use 1 to 100; below 100 keeps machines in reserve."
  }
  validation {
    condition     = var.capacity.warmup_seconds >= 0 && var.capacity.warmup_seconds <= 10000
    error_message = "capacity.warmup_seconds: how long a machine takes from its start to its first task, 0 to 10000."
  }
  validation {
    condition     = var.capacity.refresh.min_healthy_percent >= 0 && var.capacity.refresh.min_healthy_percent <= 100 && var.capacity.refresh.max_healthy_percent >= 100 && var.capacity.refresh.max_healthy_percent <= 200 && var.capacity.refresh.max_healthy_percent - var.capacity.refresh.min_healthy_percent <= 100
    error_message = "capacity.refresh: min_healthy_percent is 0 to 100, max_healthy_percent 100 to 200, and not more than 100 lie between them."
  }
}

variable "node" {
  description = <<-EOT
    Each machine. `volume_gb` is the encrypted root volume, with a key of yours if `volume_kms_key_arn` names one. `key_name`: a
    key pair (no port is opened for it). `hop_limit`: 1 keeps bridge containers from the node's credentials. `public_address`:
    unless given, only behind nat = "none". `reserved_memory`: MiB that no task gets. `clean_up`: every `interval_minutes` at
    most `images` images go that were not used for `age_hours`; a stopped task's containers go after `task_hours`. `security_groups`: a name of
    your choice => a security group that the machines are in too. `egress`: a name of your choice => where the machines, and on them the tasks
    without an address of their own, may connect: `to` (a block of addresses, a security group, a prefix list), `protocol`, `port` to
    `last_port` (all ports unless given).
  EOT
  type = object({
    volume_gb          = optional(number, 30)
    volume_kms_key_arn = optional(string)
    key_name           = optional(string)
    hop_limit          = optional(number, 1)
    public_address     = optional(bool)
    reserved_memory    = optional(number, 128)
    security_groups    = optional(map(string), {})
    egress = optional(map(object({
      to        = string
      protocol  = optional(string, "tcp")
      port      = optional(number)
      last_port = optional(number)
    })), { everything = { to = "0.0.0.0/0", protocol = "all" } })
    clean_up = optional(object({
      interval_minutes = optional(number, 30)
      age_hours        = optional(number, 24)
      images           = optional(number, 10)
      task_hours       = optional(number, 1)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.node.volume_gb >= 30 && var.node.volume_gb <= 16384 && floor(var.node.volume_gb) == var.node.volume_gb
    error_message = "node.volume_gb: use 30 (what the machine image needs) to 16384."
  }
  validation {
    condition     = length(var.node.security_groups) <= 4 && alltrue([for id in values(var.node.security_groups) : can(regex("^sg-[0-9a-f]+$", id))])
    error_message = "node.security_groups: every value is the id of a security group (sg-...), and there are at most four: an interface has five, one of which is made here."
  }
  validation {
    condition     = alltrue([for rule in var.node.egress : can(cidrhost(rule.to, 0)) || can(regex("^(sg|pl)-[0-9a-f]+$", rule.to))])
    error_message = "node.egress: to is a block of addresses (10.0.0.0/8, ::/0), a security group (sg-...) or a prefix list (pl-...)."
  }
  validation {
    condition = alltrue([for rule in var.node.egress : contains(["tcp", "udp", "all"], rule.protocol) && (
      rule.protocol == "all" ? rule.port == null && rule.last_port == null : try(coalesce(rule.port, 0) <= coalesce(rule.last_port, rule.port, 65535) && coalesce(rule.port, 0) >= 0 && coalesce(rule.last_port, rule.port, 65535) <= 65535, false)
    )])
    error_message = "node.egress: protocol is \"tcp\", \"udp\" or \"all\" (which has no ports); port and last_port are 0 to 65535, the last not below the first."
  }
  validation {
    condition     = length(var.node.egress) >= 1 && length(var.node.egress) <= 60
    error_message = "node.egress: name 1 to 60 places (a security group holds 60 rules each way); leave egress out to reach everything."
  }
  validation {
    condition     = var.node.volume_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.node.volume_kms_key_arn))
    error_message = "node.volume_kms_key_arn: give the ARN of a KMS key, or leave it out for the account's own."
  }
  validation {
    condition     = var.node.volume_kms_key_arn == null || var.capacity.kind != "launch_configuration"
    error_message = "node.volume_kms_key_arn: a launch configuration encrypts with the account's own key only; leave it out, or use kind = \"launch_template\"."
  }
  validation {
    condition     = var.node.hop_limit >= 1 && var.node.hop_limit <= 64
    error_message = "node.hop_limit: use 1 (containers do not reach the node's credentials) to 64."
  }
  validation {
    condition     = !(var.network.existing == null && var.network.nat == "none" && var.node.public_address == false)
    error_message = "node.public_address: without a NAT gateway and without a public address a node reaches nothing; leave it out, or set network.nat to \"one\"."
  }
  validation {
    condition     = var.node.reserved_memory >= 0 && floor(var.node.reserved_memory) == var.node.reserved_memory
    error_message = "node.reserved_memory: MiB that no task gets, a whole number, 0 or more."
  }
  validation {
    condition     = var.node.clean_up.interval_minutes >= 10 && var.node.clean_up.age_hours >= 1 && var.node.clean_up.images >= 1 && var.node.clean_up.task_hours >= 1
    error_message = "node.clean_up: interval_minutes is 10 or more (the agent ignores less), the others are 1 or more."
  }
}

variable "machine_image" {
  description = <<-EOT
    The nodes' machine image: `id`, or the SSM parameter that names it. Without either it is AWS's Amazon Linux 2023 for ECS
    in its latest release, for the processor (x86_64 or arm64) of the instance types.
  EOT
  type = object({
    id            = optional(string)
    ssm_parameter = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.machine_image.id == null || can(regex("^ami-[0-9a-f]{8,17}$", var.machine_image.id))
    error_message = "machine_image.id: give an id such as ami-0123456789abcdef0, or leave it out to follow AWS's releases."
  }
  validation {
    condition     = var.machine_image.ssm_parameter == null || can(regex("^/[A-Za-z0-9._/-]+$", var.machine_image.ssm_parameter))
    error_message = "machine_image.ssm_parameter: give the full name of a parameter, such as /golden/ecs/image_id, or leave it out."
  }
  validation {
    condition     = !can(regex("(?i)/(amazon-linux-2/|bottlerocket/|.*windows)", coalesce(var.machine_image.ssm_parameter, "-")))
    error_message = "machine_image.ssm_parameter: nodes need Amazon Linux 2023; Amazon Linux 2, Bottlerocket and Windows do not read this module's user data and would never join the cluster."
  }
  validation {
    condition     = var.machine_image.id == null || var.machine_image.ssm_parameter == null
    error_message = "machine_image: give id or ssm_parameter, not both."
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
  validation {
    condition     = !contains(keys(var.agent_settings), "ECS_CLUSTER")
    error_message = "agent_settings: the nodes join the cluster made here; leave out ECS_CLUSTER."
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
  description = "Container Insights: `mode` is \"enabled\", \"enhanced\" or \"disabled\"; `retention_days` how long its records are kept; `kms_key_arn` encrypts them with a key of yours."
  type = object({
    mode           = optional(string, "enabled")
    retention_days = optional(number, 14)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["enabled", "enhanced", "disabled"], var.insights.mode)
    error_message = "insights.mode: use \"enabled\", \"enhanced\" or \"disabled\"."
  }
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.insights.retention_days)
    error_message = "insights.retention_days: CloudWatch knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
  validation {
    condition     = var.insights.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.insights.kms_key_arn))
    error_message = "insights.kms_key_arn: give the ARN of a KMS key that CloudWatch Logs may use, or leave it out."
  }
}

variable "execute_command" {
  description = <<-EOT
    Who typed what in which container: sessions of `aws ecs execute-command` are kept in a log group for `retention_days`. With
    `kms_key_arn` session and records are encrypted with that key. `logged = false` keeps nothing.
  EOT
  type = object({
    logged         = optional(bool, true)
    retention_days = optional(number, 90)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.execute_command.retention_days)
    error_message = "execute_command.retention_days: CloudWatch knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
  validation {
    condition     = var.execute_command.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.execute_command.kms_key_arn))
    error_message = "execute_command.kms_key_arn: give the ARN of a KMS key that CloudWatch Logs may use, or leave it out."
  }
}

variable "load_balancer" {
  description = <<-EOT
    Load balancers that tenants share: `count` of them, all alike; null for none. With `certificate_arn` they speak HTTPS and
    send HTTP there; without, HTTP. `https`: say true when the certificate is made in the same apply. `dual_stack`: they have
    IPv6 addresses too. `allowed`: a name of your choice => addresses that may connect. `access_logs`: a bucket that Elastic Load
    Balancing may write to. `certificates`: further ones of each listener, a name of your choice => the certificate's ARN. `security_groups`: a
    name of your choice => a security group that each is in too.
  EOT
  type = object({
    count           = optional(number, 1)
    certificate_arn = optional(string)
    https           = optional(bool)
    certificates    = optional(map(string), {})
    security_groups = optional(map(string), {})
    ssl_policy      = optional(string, "ELBSecurityPolicy-TLS13-1-2-2021-06")
    internal        = optional(bool, false)
    dual_stack      = optional(bool, false)
    allowed         = optional(map(string), { everyone = "0.0.0.0/0" })
    idle_seconds    = optional(number, 60)
    access_logs = optional(object({
      bucket = string
      prefix = optional(string)
    }))
    deletion_protection = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.load_balancer == null || try(var.load_balancer.count >= 1 && var.load_balancer.count <= 50 && floor(var.load_balancer.count) == var.load_balancer.count, false)
    error_message = "load_balancer.count: use 1 to 50 (a region's quota); for none leave load_balancer out."
  }
  validation {
    condition     = try(var.load_balancer.certificate_arn, null) == null || can(regex("^arn:[a-z-]+:(acm|iam):", var.load_balancer.certificate_arn))
    error_message = "load_balancer.certificate_arn: give the ARN of a certificate, or leave it out for HTTP."
  }
  validation {
    condition     = try(var.load_balancer.https, null) == null || try(var.load_balancer.https ? var.load_balancer.certificate_arn != null : var.load_balancer.certificate_arn == null, false)
    error_message = "load_balancer.https: true needs certificate_arn, false must go without it; left out, it is true when there is a certificate."
  }
  validation {
    condition     = alltrue([for arn in values(try(var.load_balancer.certificates, {})) : can(regex("^arn:[a-z-]+:(acm|iam):", arn))]) && length(try(var.load_balancer.certificates, {})) <= 25
    error_message = "load_balancer.certificates: up to 25 ARNs of certificates, which is a load balancer's quota beside its first one."
  }
  validation {
    condition     = length(try(var.load_balancer.certificates, {})) == 0 || try(coalesce(var.load_balancer.https, var.load_balancer.certificate_arn != null), false)
    error_message = "load_balancer.certificates: they are further ones of a listener that speaks HTTPS; give certificate_arn too."
  }
  validation {
    condition     = length(try(var.load_balancer.security_groups, {})) <= 3 && alltrue([for id in values(try(var.load_balancer.security_groups, {})) : can(regex("^sg-[0-9a-f]+$", id))])
    error_message = "load_balancer.security_groups: up to three ids of security groups (sg-...): a load balancer has five, two of which are made here."
  }
  validation {
    condition     = var.load_balancer == null || can(regex("^ELBSecurityPolicy-TLS13-1-[23]-", var.load_balancer.ssl_policy))
    error_message = "load_balancer.ssl_policy: use a policy that knows TLS 1.3 and nothing below 1.2, such as ELBSecurityPolicy-TLS13-1-2-2021-06."
  }
  validation {
    condition     = var.load_balancer == null || try(length(var.load_balancer.allowed) > 0 && length(var.load_balancer.allowed) <= 30, false)
    error_message = "load_balancer.allowed: name at least one block of addresses, or no client can connect, and at most 30 (a security group holds 60 rules, two for each)."
  }
  validation {
    condition     = alltrue([for block in values(try(var.load_balancer.allowed, {})) : can(cidrhost(block, 0))])
    error_message = "load_balancer.allowed: every value is a block of addresses, such as 203.0.113.0/24 or ::/0."
  }
  validation {
    condition     = !try(var.load_balancer.dual_stack, false) || anytrue([for block in values(try(var.load_balancer.allowed, {})) : strcontains(block, ":")])
    error_message = "load_balancer.dual_stack: allowed has no block of IPv6 addresses, such as ::/0; who finds an AAAA record could not connect."
  }
  validation {
    condition     = try(!var.load_balancer.dual_stack || var.network.existing != null || (var.network.ipv6 && (!var.load_balancer.internal || var.network.nat == "none")), var.load_balancer == null)
    error_message = "load_balancer.dual_stack: its subnets have no IPv6 addresses; set network.ipv6 (it gives them to public subnets, not to private ones), or leave dual_stack out."
  }
  validation {
    condition     = try(var.load_balancer.idle_seconds >= 1 && var.load_balancer.idle_seconds <= 4000, true)
    error_message = "load_balancer.idle_seconds: use 1 to 4000."
  }
  validation {
    condition     = try(var.load_balancer.access_logs.prefix, null) == null || try(!startswith(var.load_balancer.access_logs.prefix, "/") && !endswith(var.load_balancer.access_logs.prefix, "/") && !strcontains(var.load_balancer.access_logs.prefix, "AWSLogs"), true)
    error_message = "load_balancer.access_logs.prefix: no slash at either end, and not AWSLogs, which is added by itself."
  }
}

variable "namespace" {
  description = "Name of a private DNS zone, such as test.internal, that Cloud Map makes and fills: by it the services of a tenant find each other inside the network. Null for none."
  type        = string
  default     = null

  validation {
    condition     = var.namespace == null || try(can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z][a-z0-9-]{0,61}[a-z0-9]$", var.namespace)) && length(var.namespace) <= 120, false)
    error_message = "namespace: give a DNS name in lower case that has no meaning outside of the network, such as test.internal; at most 120 letters."
  }
}

variable "alarms" {
  description = <<-EOT
    Alarms, and the SNS topics that hear of them: a name of your choice => the topic's ARN. `cpu_reservation` and
    `memory_reservation`, in per cent, count only while the group cannot grow any more; tasks that find no machine are an alarm
    too. Each must last `minutes`. `spot_interruptions`: so many within `minutes` are an alarm; each is told to the topics.
  EOT
  type = object({
    enabled            = optional(bool, true)
    topics             = optional(map(string), {})
    cpu_reservation    = optional(number, 90)
    memory_reservation = optional(number, 90)
    minutes            = optional(number, 15)
    spot_interruptions = optional(number, 3)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for arn in values(var.alarms.topics) : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", arn))])
    error_message = "alarms.topics: every value is the ARN of a standard SNS topic (no FIFO one), such as arn:aws:sns:ap-southeast-2:123456789012:oncall."
  }
  validation {
    condition     = length(var.alarms.topics) <= 5
    error_message = "alarms.topics: CloudWatch tells at most five; subscribe the others to one of them."
  }
  validation {
    condition     = var.alarms.enabled || length(var.alarms.topics) == 0
    error_message = "alarms.topics: nothing is told while alarms.enabled is false; leave one of the two out."
  }
  validation {
    condition     = alltrue([for percent in [var.alarms.cpu_reservation, var.alarms.memory_reservation] : percent > 0 && percent <= 100])
    error_message = "alarms: cpu_reservation and memory_reservation are per cent, above 0 and up to 100."
  }
  validation {
    condition     = var.alarms.minutes >= 1 && var.alarms.minutes <= 1440 && floor(var.alarms.minutes) == var.alarms.minutes
    error_message = "alarms.minutes: a whole number from 1 to 1440 (CloudWatch looks back a day at most)."
  }
  validation {
    condition     = var.alarms.spot_interruptions >= 1
    error_message = "alarms.spot_interruptions: 1 or more."
  }
}

variable "roles" {
  description = <<-EOT
    The nodes' IAM role. One that is made here gets `path` and `permissions_boundary` (the ARN of a policy). Or give one of yours, by the ARN
    of its instance profile, in `nodes`. The module then neither makes nor changes a role; what it must be allowed, and which service must be
    trusted, is in the output `role_policies`.
  EOT
  type = object({
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
    nodes                = optional(object({ instance_profile_arn = string }))
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
    condition     = var.roles.nodes == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:instance-profile/", var.roles.nodes.instance_profile_arn))
    error_message = "roles.nodes: a role of yours is given by its instance profile, { instance_profile_arn = \"arn:aws:iam::123456789012:instance-profile/nodes\" }."
  }
  validation {
    condition     = var.roles.nodes == null || length(var.node_policies) == 0
    error_message = "roles.nodes: the module changes no role of yours; put node_policies on it yourself, and leave them out here."
  }
}
