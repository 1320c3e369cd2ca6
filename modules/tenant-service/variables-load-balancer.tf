variable "load_balancer" {
  description = <<-EOT
    `mode`: "own" (a load balancer of the tenant's own), "shared" (a rule on one of many tenants) or "none". `container`: which one takes
    the requests; not needed when just one has a port. In both modes: `make_certificate` (for the tenant's names, proved by a record in
    the zone), `certificates` (of names outside the zone: the name, or *.name, => the certificate's ARN), `internal` and `dual_stack` (as the load balancer is), `drain_seconds` (how long a leaving task may finish its requests),
    `slow_start_seconds`, `sticky_seconds` (0 is off). For an own one: `certificate_arn` (HTTPS; without any certificate HTTP),
    `allowed` (a name of your choice => addresses that may connect), `security_groups` (a name of your choice => a security group that it is
    in too), `access_logs`, `deletion_protection`. `linger_seconds`: how long the
    way in stays that the tenant's names have left. `shared`: which load balancer is shared, and the `priority` of the tenant's rule
    there; both are assigned once, and a priority is no other tenant's on that one. `name` tells several shared ones apart. `moving`:
    further priorities, for an apply that moves the tenant to the other kind of target group: of the rule that `turned`, and of the
    old one `aside`, by the kind of its targets; `aside` comes after the others.
  EOT
  type = object({
    mode                = optional(string, "own")
    container           = optional(string)
    certificate_arn     = optional(string)
    make_certificate    = optional(bool, false)
    certificates        = optional(map(string), {})
    ssl_policy          = optional(string, "ELBSecurityPolicy-TLS13-1-2-2021-06")
    internal            = optional(bool, false)
    dual_stack          = optional(bool, false)
    allowed             = optional(map(string), { everyone = "0.0.0.0/0" })
    security_groups     = optional(map(string), {})
    idle_seconds        = optional(number, 60)
    drain_seconds       = optional(number, 30)
    slow_start_seconds  = optional(number, 0)
    sticky_seconds      = optional(number, 0)
    linger_seconds      = optional(number, 60)
    access_logs         = optional(object({ bucket = string, prefix = optional(string) }))
    deletion_protection = optional(bool, false)
    shared = optional(object({
      listener_arn      = string
      dns_name          = string
      zone_id           = string
      security_group_id = string
      arn_suffix        = string
      priority          = number
      name              = optional(string, "")
      moving = optional(object({
        turned = number
        aside  = object({ instance = number, ip = number })
      }))
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["own", "shared", "none"], var.load_balancer.mode)
    error_message = "load_balancer.mode: use \"own\", \"shared\" or \"none\"."
  }
  validation {
    condition     = var.load_balancer.mode == "none" || var.load_balancer.container != null || length([for container in var.containers : container if container.port != null]) == 1
    error_message = "load_balancer.container: name the container that takes the requests, since not exactly one has a port."
  }
  validation {
    condition     = var.load_balancer.container == null || try(var.containers[var.load_balancer.container].port, null) != null
    error_message = "load_balancer.container: name one of the containers, one with a port."
  }
  validation {
    condition     = var.load_balancer.mode != "shared" || var.load_balancer.shared != null
    error_message = "load_balancer.shared: the mode is \"shared\", so say which load balancer, and the priority assigned to the tenant there."
  }
  validation {
    condition     = var.load_balancer.shared == null || try(var.load_balancer.shared.priority >= 1 && var.load_balancer.shared.priority <= 50000 && floor(var.load_balancer.shared.priority) == var.load_balancer.shared.priority, false)
    error_message = "load_balancer.shared.priority: a whole number from 1 to 50000, assigned to this tenant alone."
  }
  validation {
    condition = try(var.load_balancer.shared.moving, null) == null || try(
      length(toset(concat([var.load_balancer.shared.priority, var.load_balancer.shared.moving.turned], values(var.load_balancer.shared.moving.aside)))) == 4 &&
      alltrue([for number in concat([var.load_balancer.shared.moving.turned], values(var.load_balancer.shared.moving.aside)) : number >= 1 && number <= 50000 && floor(number) == number]) &&
      max(var.load_balancer.shared.priority, var.load_balancer.shared.moving.turned) < min(values(var.load_balancer.shared.moving.aside)...),
      false
    )
    error_message = "load_balancer.shared.moving: three whole numbers from 1 to 50000 that no rule has there; aside above turned and priority, since of two rules with one host name the lower number answers."
  }
  validation {
    condition     = var.load_balancer.shared == null || can(regex("^[a-z0-9-]{0,20}$", var.load_balancer.shared.name))
    error_message = "load_balancer.shared.name: up to 20 lower-case letters, digits and dashes, such as the load balancer's number."
  }
  validation {
    condition     = var.load_balancer.linger_seconds >= 0 && var.load_balancer.linger_seconds <= 3600 && floor(var.load_balancer.linger_seconds) == var.load_balancer.linger_seconds
    error_message = "load_balancer.linger_seconds: a whole number from 0 to 3600. Resolvers keep an address for 60 seconds."
  }
  validation {
    condition     = alltrue([for block in values(var.load_balancer.allowed) : can(cidrhost(block, 0))])
    error_message = "load_balancer.allowed: every value is a block of addresses, such as 203.0.113.0/24 or ::/0."
  }
  validation {
    condition     = length(var.load_balancer.allowed) > 0 && length(var.load_balancer.allowed) <= 30
    error_message = "load_balancer.allowed: name at least one block of addresses, or no client can connect, and at most 30 (a security group holds 60 rules, two for each)."
  }
  validation {
    condition     = length(var.load_balancer.security_groups) == 0 || (var.load_balancer.mode == "own" && length(var.load_balancer.security_groups) <= 3 && alltrue([for id in values(var.load_balancer.security_groups) : can(regex("^sg-[0-9a-f]+$", id))]))
    error_message = "load_balancer.security_groups: for an own load balancer, up to three ids of security groups (sg-...): it has five, two of which come from here and from the cluster."
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
    error_message = "load_balancer.make_certificate: it is for a load balancer in public; no certificate authority can see the proof in a private zone."
  }
  validation {
    condition     = !var.load_balancer.make_certificate || var.load_balancer.certificate_arn == null || var.load_balancer.mode == "shared"
    error_message = "load_balancer: make_certificate or certificate_arn, not both."
  }
  validation {
    condition     = alltrue([for name, arn in var.load_balancer.certificates : can(regex("^(\\*\\.)?${trimprefix(local.host_name, "^")}", name)) && can(regex("^arn:[a-z-]+:(acm|iam):", arn))])
    error_message = "load_balancer.certificates: a full lower-case name, or *. and a name, => the ARN of a certificate for it."
  }
  validation {
    condition = length(var.load_balancer.certificates) == 0 || var.load_balancer.mode == "shared" || (
      var.load_balancer.mode == "own" && (var.load_balancer.certificate_arn != null || var.load_balancer.make_certificate)
    )
    error_message = "load_balancer.certificates: they are further ones of a listener that speaks HTTPS; give certificate_arn or make_certificate too, or use mode \"shared\"."
  }
  validation {
    condition     = can(regex("^ELBSecurityPolicy-TLS13-1-[23]-", var.load_balancer.ssl_policy))
    error_message = "load_balancer.ssl_policy: use a policy that knows TLS 1.3 and nothing below 1.2, such as ELBSecurityPolicy-TLS13-1-2-2021-06."
  }
  validation {
    condition     = try(var.load_balancer.access_logs.prefix, null) == null || try(!startswith(var.load_balancer.access_logs.prefix, "/") && !endswith(var.load_balancer.access_logs.prefix, "/") && !strcontains(var.load_balancer.access_logs.prefix, "AWSLogs"), false)
    error_message = "load_balancer.access_logs.prefix: no slash at either end, and not AWSLogs, which is added by itself."
  }
  # First ECS lets the load balancer finish, then it stops the container.
  validation {
    condition = var.load_balancer.drain_seconds >= 0 && (var.load_balancer.mode == "none" || alltrue([for container in var.containers :
      var.load_balancer.drain_seconds + container.stop_timeout <= 120 || container.stop_timeout > 120
    ]))
    error_message = "load_balancer.drain_seconds: 0 or more, and together with each container's stop_timeout at most 120: a spot machine leaves two minutes after its notice. Lower one of them."
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
    condition     = var.dns.discovery == null || local.front != null
    error_message = "dns.discovery: name the container that the others find in load_balancer.container, since not exactly one has a port."
  }
  validation {
    condition     = var.dns.hostname == null || var.dns.zone == null || try(endswith(".${var.dns.hostname}", ".${var.dns.zone}") && can(regex(local.host_name, var.dns.hostname)), false)
    error_message = "dns.hostname: give a full lower-case name that is dns.zone or ends with a dot and dns.zone."
  }
  validation {
    condition     = length(var.dns.aliases) <= 4 && alltrue([for name in var.dns.aliases : can(regex(local.host_name, name)) && name != coalesce(var.dns.hostname, "-")])
    error_message = "dns.aliases: up to four full lower-case names beside the hostname (a rule of a load balancer holds five)."
  }
  validation {
    condition = !var.load_balancer.make_certificate || alltrue([for name in var.dns.aliases :
      endswith(".${name}", ".${coalesce(var.dns.zone, "-")}") || length(setintersection(keys(var.load_balancer.certificates), [name, replace(name, "/^[^.]+/", "*")])) > 0
    ])
    error_message = "dns.aliases: a name outside dns.zone has no certificate, since make_certificate proves names in the zone only, and every browser would refuse the tenant's; give it one in load_balancer.certificates, or leave the alias out."
  }
  validation {
    condition     = var.dns.discovery == null || try(can(regex("^ns-[a-z0-9]+$", var.dns.discovery.namespace_id)) && can(regex("^[a-z0-9][a-z0-9-]{0,62}$", coalesce(var.dns.discovery.name, var.tenant))), false)
    error_message = "dns.discovery: namespace_id is the id of a Cloud Map namespace (ns-...), name a label of lower-case letters, digits and dashes."
  }
}
