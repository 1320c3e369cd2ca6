variable "load_balancer" {
  description = <<-EOT
    `mode`: "own" (a load balancer of the tenant's own), "shared" (rules on one of many tenants) or "none". In both modes: `make_certificate` (for the
    tenant's names, proved by a record in the zone), `certificates` (of names outside the zone: the name, or *.name, => the certificate's ARN),
    `internal` and `dual_stack` (as the load balancer is). For an own one: `certificate_arn` (HTTPS; without any certificate HTTP),
    `allowed` (a name of your choice => addresses that may connect), `security_groups` (a name of your choice => a security group that it is
    in too), `access_logs`, `deletion_protection`. `linger_seconds`: how long the way in stays that the tenant's names have left. `shared`: which
    load balancer is shared; `name` tells several of them apart.
  EOT
  type = object({
    mode                = optional(string, "own")
    certificate_arn     = optional(string)
    make_certificate    = optional(bool, false)
    certificates        = optional(map(string), {})
    ssl_policy          = optional(string, "ELBSecurityPolicy-TLS13-1-2-2021-06")
    internal            = optional(bool, false)
    dual_stack          = optional(bool, false)
    allowed             = optional(map(string), { everyone = "0.0.0.0/0" })
    security_groups     = optional(map(string), {})
    idle_seconds        = optional(number, 60)
    linger_seconds      = optional(number, 60)
    access_logs         = optional(object({ bucket = string, prefix = optional(string) }))
    deletion_protection = optional(bool, false)
    shared = optional(object({
      listener_arn      = string
      dns_name          = string
      zone_id           = string
      security_group_id = string
      arn_suffix        = string
      name              = optional(string, "")
    }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["own", "shared", "none"], var.load_balancer.mode)
    error_message = "load_balancer.mode: use \"own\", \"shared\" or \"none\"."
  }
  validation {
    condition     = var.load_balancer.mode != "shared" || var.load_balancer.shared != null
    error_message = "load_balancer.shared: the mode is \"shared\", so say which load balancer."
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
  validation {
    condition     = var.load_balancer.idle_seconds >= 1 && var.load_balancer.idle_seconds <= 4000
    error_message = "load_balancer.idle_seconds: 1 to 4000."
  }
}

