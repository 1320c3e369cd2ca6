variable "stack" {
  description = "Name of the stack, such as appcluster-test."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.stack)) && !can(regex("^(internal-|sg(-|$))", var.stack))
    error_message = "stack: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter, and not with \"internal-\" (load balancers refuse it) or \"sg-\" (security groups do)."
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
  description = "Where the tenant is: what the module ecs-cluster gives out, under the same names."
  type = object({
    vpc_id                          = string
    load_balancer_subnet_ids        = set(string)
    load_balancer_security_group_id = string
  })
  nullable = false

  validation {
    condition     = var.load_balancer.mode != "own" || length(var.cluster.load_balancer_subnet_ids) >= 2
    error_message = "cluster.load_balancer_subnet_ids: a load balancer needs two subnets, in different zones."
  }
}

variable "first_service" {
  description = <<-EOT
    The service whose names and addresses hold no name of a service, as those of a tenant with one service. `facts` and `discovery`: the outputs
    `facts` and `discovery_name` of its module tenant-service, which are remembered for good.
  EOT
  type = object({
    name      = optional(string, "service1")
    facts     = optional(string)
    discovery = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.first_service.name))
    error_message = "first_service.name: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "services_group" {
  description = "Whether to make a security group for tasks of all services of the tenant, by which they let each other in."
  type        = bool
  default     = false
  nullable    = false
}

variable "serving" {
  description = "The output `serving` of each service's module tenant-service: service => what serves. The tenant's names turn when each is steady."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.serving) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "serving: the name of a service is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "alarms" {
  description = "As in tenant-service: `enabled`, the SNS `topics`, and `load_balancer_5xx`, of a load balancer of the tenant's own."
  type = object({
    enabled = optional(bool, true)
    topics  = optional(map(string), {})
    load_balancer_5xx = optional(object({
      enabled = optional(bool, true)
      over    = optional(number, 10)
      seconds = optional(number, 300)
      periods = optional(number, 1)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alarms.load_balancer_5xx.over >= 0
    error_message = "alarms.load_balancer_5xx: over is a number of answers, 0 or more."
  }
  validation {
    condition     = var.alarms.load_balancer_5xx.seconds >= 60 && var.alarms.load_balancer_5xx.seconds % 60 == 0
    error_message = "alarms.load_balancer_5xx: seconds is a multiple of 60; AWS measures these once a minute."
  }
  validation {
    condition     = var.alarms.load_balancer_5xx.periods >= 1 && floor(var.alarms.load_balancer_5xx.periods) == var.alarms.load_balancer_5xx.periods && var.alarms.load_balancer_5xx.periods * var.alarms.load_balancer_5xx.seconds <= 86400
    error_message = "alarms.load_balancer_5xx: periods is a whole number from 1, and periods times seconds at most a day (86400)."
  }
}

variable "dns" {
  description = <<-EOT
    The tenant's names. `zone` is the hosted zone's name, `hostname` the full name in it, such as acme.example.com; both are
    needed with a load balancer. `aliases`: up to four further names; those in the zone get records, the others are pointed at
    `hostname` by who owns them.
  EOT
  type = object({
    zone     = optional(string)
    hostname = optional(string)
    aliases  = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.load_balancer.mode == "none" || (var.dns.hostname != null && var.dns.zone != null)
    error_message = "dns: give zone and hostname, or set load_balancer.mode to \"none\"."
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
}
