variable "name" {
  description = "Name of the controller; everything made here carries it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name)) && !can(regex("^(internal-|sg(-|$))", var.name))
    error_message = "name: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter, and not with \"internal-\" (load balancers refuse it) or \"sg-\" (security groups do)."
  }
}

variable "image" {
  description = "The controller's image, with the tag of a build: Jenkins with its plugins."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^\\s@]+(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$", var.image)) && !endswith(var.image, ":latest")
    error_message = "image: give an image with the tag of a build or a digest, never \"latest\": a restart would change Jenkins without a deploy."
  }
}

variable "cluster" {
  description = "Where the task runs: an ECS cluster, and its capacity provider when capacity.kind is \"machines\"."
  type = object({
    arn               = string
    capacity_provider = optional(string)
  })
  nullable = false

  validation {
    condition     = var.capacity.kind != "machines" || var.cluster.capacity_provider != null
    error_message = "cluster.capacity_provider: capacity.kind is \"machines\"; name the capacity provider that has them, as modules/ecs-cluster gives it out."
  }
}

variable "network" {
  description = <<-EOT
    Private subnets with a way out for the task and its home (`subnets`: a zone => its subnet, since a zone takes one mount target), and
    subnets for the load balancer. `outbound`: a name => a port that Jenkins may call besides HTTPS, such as `{ ssh = 22 }` for git.
  EOT
  type = object({
    vpc_id                   = string
    subnets                  = map(string)
    load_balancer_subnet_ids = set(string)
    outbound                 = optional(map(number), {})
  })
  nullable = false

  validation {
    condition     = length(var.network.subnets) >= 1 && length(var.network.load_balancer_subnet_ids) >= 2
    error_message = "network: give subnets (one or more) and load_balancer_subnet_ids (two or more, in different zones)."
  }
  validation {
    condition     = alltrue([for port in values(var.network.outbound) : port >= 1 && port <= 65535 && floor(port) == port])
    error_message = "network.outbound: every value is a port, a whole number from 1 to 65535."
  }
}

variable "capacity" {
  description = "What the task runs on: `kind` \"machines\" or \"fargate\"; `cpu` in 1/1024 processor and `memory` in MiB, of which jenkins.java_options give Java 60 percent; `architecture`."
  type = object({
    kind         = optional(string, "machines")
    cpu          = optional(number, 1024)
    memory       = optional(number, 3072)
    architecture = optional(string, "X86_64")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["machines", "fargate"], var.capacity.kind)
    error_message = "capacity.kind: use \"machines\" or \"fargate\"."
  }
  validation {
    condition     = contains(["X86_64", "ARM64"], var.capacity.architecture)
    error_message = "capacity.architecture: use \"X86_64\" or \"ARM64\"."
  }
  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html, "Task size"
  validation {
    condition = var.capacity.kind != "fargate" || contains(lookup({
      "512"  = range(1024, 4097, 1024)
      "1024" = range(2048, 8193, 1024)
      "2048" = range(4096, 16385, 1024)
      "4096" = range(8192, 30721, 1024)
      "8192" = range(16384, 61441, 4096)
    }, tostring(var.capacity.cpu), []), var.capacity.memory)
    error_message = "capacity: Fargate sells cpu 512 with 1024 to 4096 MiB, 1024 with 2048 to 8192, 2048 with 4096 to 16384, 4096 with 8192 to 30720 (in steps of 1024), 8192 with 16384 to 61440 (in steps of 4096)."
  }
  validation {
    condition     = var.capacity.cpu >= 256 && var.capacity.memory >= 1024
    error_message = "capacity: Jenkins does not start with less than 256 cpu and 1024 MiB."
  }
}

variable "address" {
  description = <<-EOT
    Where Jenkins answers: `hostname` in the hosted zone `zone`. A certificate is made and proved by a record unless `certificate_arn`
    gives one. `allowed` (a name of your choice => addresses that may connect): name the office and the source repositories' webhooks.
    `internal` and `private_zone` for a Jenkins inside the network; then give a certificate. `access_logs`, `deletion_protection`.
  EOT
  type = object({
    hostname            = string
    zone                = string
    certificate_arn     = optional(string)
    allowed             = map(string)
    internal            = optional(bool, false)
    private_zone        = optional(bool, false)
    access_logs         = optional(object({ bucket = string, prefix = optional(string) }))
    deletion_protection = optional(bool, true)
  })
  nullable = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.address.hostname)) && endswith(".${var.address.hostname}", ".${var.address.zone}")
    error_message = "address.hostname: give a full lower-case name that ends with a dot and address.zone."
  }
  validation {
    condition     = length(var.address.allowed) >= 1 && length(var.address.allowed) <= 30 && alltrue([for block in values(var.address.allowed) : can(cidrhost(block, 0))])
    error_message = "address.allowed: name one to thirty blocks of addresses, such as { office = \"203.0.113.0/24\" }; without one no client can connect."
  }
  validation {
    condition     = var.address.certificate_arn == null || can(regex("^arn:[a-z-]+:(acm|iam):", var.address.certificate_arn))
    error_message = "address.certificate_arn: give the ARN of a certificate, or leave it out and one is made."
  }
  validation {
    condition     = !var.address.private_zone || var.address.certificate_arn != null
    error_message = "address.certificate_arn: no certificate authority sees the proof in a private zone; give a certificate."
  }
}

variable "agents" {
  description = <<-EOT
    How agents connect: `protocol` "web_socket" (by HTTPS, as people do) or "tcp" (Jenkins' own, on `port`). With "tcp": `hostname`, what Jenkins says
    of itself (hudson.TcpSlaveAgentListener.hostName), and `tunnel`, host:port to which agents connect; both are a name in the network unless given.
  EOT
  type = object({
    protocol = optional(string, "web_socket")
    port     = optional(number, 50000)
    hostname = optional(string)
    tunnel   = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["web_socket", "tcp"], var.agents.protocol)
    error_message = "agents.protocol: use \"web_socket\" or \"tcp\"."
  }
  validation {
    condition     = var.agents.port >= 1024 && var.agents.port <= 65535 && var.agents.port != 8080 && floor(var.agents.port) == var.agents.port
    error_message = "agents.port: a whole number from 1024 to 65535, and not 8080, where Jenkins' pages are."
  }
  validation {
    condition     = var.agents.hostname == null || can(regex("^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$", var.agents.hostname))
    error_message = "agents.hostname: give a host's name or address, without a port."
  }
  validation {
    condition     = var.agents.tunnel == null || can(regex("^[A-Za-z0-9.-]+:[0-9]{1,5}$", var.agents.tunnel))
    error_message = "agents.tunnel: give host:port, such as jenkins.internal:50000."
  }
  validation {
    condition     = var.agents.protocol == "tcp" || (var.agents.hostname == null && var.agents.tunnel == null)
    error_message = "agents: hostname and tunnel are of protocol \"tcp\"; with WebSocket agents come by the address of the pages."
  }
}

variable "configuration" {
  description = "Configuration as code: `path` in the image (baked in), and an object in S3, `bucket` and `key`, which the image adds to that folder when it starts; one that does not exist yet is passed over."
  type = object({
    path   = optional(string, "/usr/share/jenkins/configuration")
    bucket = optional(string)
    key    = optional(string, "jenkins.yaml")
  })
  default  = {}
  nullable = false

  validation {
    condition     = startswith(var.configuration.path, "/") && !startswith(var.configuration.path, "/var/jenkins_home")
    error_message = "configuration.path: an absolute path outside /var/jenkins_home, where the file system hides what the image holds."
  }
}

variable "admin_secret" {
  description = "Name of the Secrets Manager secret with the administrator's login ({\"username\": ..., \"password\": ...}); the login itself stands nowhere else."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", var.admin_secret))
    error_message = "admin_secret: give the name of a secret in Secrets Manager, never the login itself."
  }
}

variable "secrets" {
  description = "Further secrets for configuration as code: the name of an environment variable => the name of a secret in Secrets Manager, whose whole content it becomes."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.secrets) : can(regex("^[A-Z][A-Z0-9_]*$", name)) && !startswith(name, "JENKINS_")])
    error_message = "secrets: every key is the name of an environment variable in capitals, and none begins with JENKINS_."
  }
  validation {
    condition     = alltrue([for secret in values(var.secrets) : can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", secret))])
    error_message = "secrets: every value is the name of a secret in Secrets Manager, never its content."
  }
}

variable "registry_secret" {
  description = "Name of the secret with the registry's login ({\"username\": ..., \"password\": ...}) for the image; null for ECR, which the role opens."
  type        = string
  default     = null

  validation {
    condition     = var.registry_secret == null || can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", var.registry_secret))
    error_message = "registry_secret: give the name of a secret in Secrets Manager (never the login itself), or leave it out."
  }
}

variable "home" {
  description = "Jenkins' home on EFS: `backup` (a copy a day, kept 35 days), `kms_key_arn` (null: AWS's own key), `throughput` (\"elastic\" or \"bursting\"), `infrequent_after` (\"never\", or such as \"AFTER_30_DAYS\": what is not read becomes cheaper)."
  type = object({
    backup           = optional(bool, true)
    kms_key_arn      = optional(string)
    throughput       = optional(string, "elastic")
    infrequent_after = optional(string, "AFTER_30_DAYS")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["elastic", "bursting"], var.home.throughput)
    error_message = "home.throughput: use \"elastic\" or \"bursting\"."
  }
  validation {
    condition     = can(regex("^(never|AFTER_1_DAY|AFTER_(7|14|30|60|90|180|270|365)_DAYS)$", var.home.infrequent_after))
    error_message = "home.infrequent_after: AFTER_1_DAY, or AFTER_7_DAYS with 7, 14, 30, 60, 90, 180, 270 or 365; or never."
  }
}

variable "roles" {
  description = "`path` and `permissions_boundary` (an ARN) of the IAM roles made here; or roles of yours by ARN, `execution` and `task`, which then need the statements that the README lists."
  type = object({
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
    execution            = optional(object({ arn = string }))
    task                 = optional(object({ arn = string }))
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

variable "jenkins" {
  description = <<-EOT
    How Jenkins is started: `java_options`; `environment`, further variables that configuration as code may name, nothing secret;
    `grace_seconds`, how long it may fail its health check while it reads its plugins and jobs.
  EOT
  type = object({
    java_options  = optional(list(string), ["-XX:MaxRAMPercentage=60"])
    environment   = optional(map(string), {})
    grace_seconds = optional(number, 600)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for option in var.jenkins.java_options : can(regex("^-[^ ]+$", option))])
    error_message = "jenkins.java_options: each begins with a dash and has no blank, such as \"-Xmx2g\"."
  }
  validation {
    condition     = alltrue([for name in keys(var.jenkins.environment) : can(regex("^[A-Za-z_][A-Za-z0-9_]*$", name))])
    error_message = "jenkins.environment: every key is the name of an environment variable."
  }
  validation {
    condition     = var.jenkins.grace_seconds >= 60 && var.jenkins.grace_seconds <= 3600
    error_message = "jenkins.grace_seconds: 60 to 3600."
  }
}

variable "logs" {
  description = "Jenkins' own log: `retention_days`, `kms_key_arn` (null: AWS's own key)."
  type = object({
    retention_days = optional(number, 30)
    kms_key_arn    = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.logs.retention_days)
    error_message = "logs.retention_days: CloudWatch knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
}

variable "alarm_topics" {
  description = "A name of your choice => the ARN of an SNS topic that hears when no controller answers for ten minutes."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.alarm_topics) : can(regex("^arn:[a-z-]+:sns:", arn))])
    error_message = "alarm_topics: every value is the ARN of an SNS topic."
  }
}
