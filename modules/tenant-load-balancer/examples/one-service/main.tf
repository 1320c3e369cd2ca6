# A tenant with one service, as most begin: the service, and beside it what the tenant has once.

module "service" {
  source = "../../../tenant-service"

  stack   = var.stack
  tenant  = var.tenant
  cluster = var.cluster

  containers = var.containers
  container  = var.container
  target     = try(var.load_balancer.mode, "own") == "none" ? null : module.load_balancer.targets.service1
  service    = { first = module.load_balancer.first }
  discovery  = contains(keys(var.dns), "discovery") ? merge({ name = var.tenant }, var.dns.discovery) : null

  task       = var.task
  deployment = var.deployment
  scaling    = var.scaling
  alarms     = { for alarm, settings in var.alarms : alarm => settings if alarm != "load_balancer_5xx" }
  background = var.background
  roles      = var.roles
  encryption = var.encryption
}

module "load_balancer" {
  source = "../.."

  stack   = var.stack
  tenant  = var.tenant
  cluster = var.cluster

  load_balancer = var.load_balancer
  alarms        = var.alarms
  dns           = var.dns

  targets = try(var.load_balancer.mode, "own") == "none" ? {} : {
    service1 = merge(
      { for setting in ["drain_seconds", "slow_start_seconds", "sticky_seconds"] : setting => try(var.load_balancer[setting], null) },
      { for setting in ["priority", "moving"] : setting => try(var.load_balancer.shared[setting], null) },
      { target_type = try(var.task.network_mode, "bridge") == "awsvpc" ? "ip" : "instance", health_check = var.health_check },
    )
  }

  first_service = { facts = module.service.facts, discovery = module.service.discovery_name }
  serving       = { service1 = module.service.serving }
}
