# What a tenant has once: a load balancer of its own, or its rules on a shared one; target groups, names and certificates.

module "load_balancer" {
  source = "../../../modules/tenant-load-balancer"

  stack   = var.stack
  tenant  = var.tenant
  cluster = { for setting in ["vpc_id", "load_balancer_subnet_ids", "load_balancer_security_group_id"] : setting => var.cluster[setting] }

  load_balancer = merge({ for setting, value in var.load_balancer : setting => value if !contains(local.per_target_settings, setting) }, {
    certificate_arn = var.load_balancer.make_certificate ? null : var.certificate_arn

    shared = var.load_balancer.mode != "shared" ? null : merge(
      var.shared_load_balancers[tostring(var.allotment.load_balancer)],
      { name = tostring(var.allotment.load_balancer) },
    )
  })

  targets = { for name, service in var.services : name => merge(local.per_target[name], {
    target_type  = try(local.tasks[name].network_mode, null) == "awsvpc" ? "ip" : "instance"
    path         = local.paths[name]
    health_check = local.health_checks[name]
    priority     = try(local.slots[name].priority, null)
    moving       = try(local.slots[name].moving, null)
    joining      = try(local.slots[name].joining, null)
  }) if local.fronts[name] }

  first_service = {
    name      = "service1"
    facts     = try(module.service["service1"].facts, null)
    discovery = try(module.service["service1"].discovery_name, null)
  }

  services_group = local.together && anytrue(values(local.addressed))

  serving = { for name, service in module.service : name => service.serving }
  alarms  = { enabled = var.alarms.enabled, load_balancer_5xx = var.alarms.load_balancer_5xx, topics = local.topics }

  dns = {
    zone     = var.zone
    hostname = var.hostname
    aliases  = var.aliases
  }
}

locals {
  paths = { for name, service in var.services : name => try(service.path == "/*", true) ? null : service.path }

  # The tenant's own slot is that of the service which answers for every path.
  slots = var.load_balancer.mode != "shared" ? {} : {
    for name, path in local.paths : name => path == null ? { priority = var.allotment.priority, moving = var.allotment.moving, joining = null } : try(var.allotment.rules[name], null)
  }
}
