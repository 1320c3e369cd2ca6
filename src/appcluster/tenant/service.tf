# The tenant layer: one tenant's services, with all that is the tenant's own.

module "service" {
  for_each = var.services
  source   = "../../../modules/tenant-service"

  stack   = var.stack
  tenant  = var.tenant
  service = merge(each.key == "service1" ? { name = null, first = module.load_balancer.first } : { name = each.key, first = null }, { queues = local.sends_to[each.key] })
  cluster = { for setting, value in var.cluster : setting => value if !startswith(setting, "load_balancer") }

  containers = local.containers[each.key]
  container  = local.ports[each.key][each.key] == null ? null : each.key
  target     = local.fronts[each.key] && var.load_balancer.mode != "none" ? module.load_balancer.targets[each.key] : null
  discovery  = local.discovered[each.key]

  scaling            = merge(local.scalings[each.key], { start = lookup(var.running_tasks, each.key == "service1" ? var.tenant : "${var.tenant}/${each.key}", null) })
  deployment         = local.deployments[each.key]
  log_retention_days = var.log_retention_days
  encryption         = var.encryption
  roles              = var.roles


  task = merge(local.tasks[each.key], {
    callers         = merge(local.callers[each.key], local.tasks[each.key].callers)
    security_groups = merge(local.groups[each.key], local.tasks[each.key].security_groups)
    kms_keys        = setunion(coalesce(local.tasks[each.key].kms_keys, []), compact([local.registry_logins[each.key] == null ? null : var.registry_login_key]))
  })

  alarms = merge(local.alarms[each.key], { topics = local.topics })

  background = {
    scheduled = merge(each.key == "service1" ? var.scheduled_tasks : {}, each.value.scheduled_tasks)
    queued    = merge(each.key == "service1" ? var.queue_tasks : {}, each.value.queue_tasks)
    one_off   = merge(each.key == "service1" ? var.one_off_tasks : {}, each.value.one_off_tasks)
  }
}

# What the services have, unless they say otherwise: the variables of the tenant.
locals {
  fronts = { for name in keys(var.services) : name => local.ports[name][name] != null }

  scaled = { for name, service in var.services : name => merge(var.scaling, try({ for setting, value in service.scaling : setting => value if value != null }, {})) }
  scalings = { for name, scaling in local.scaled : name => merge(scaling, {
    track = try({ for metric, track in scaling.track : metric => track if metric != "requests" || local.fronts[name] }, null) # no load balancer counts a worker's
  }) }

  deployments = { for name, service in var.services : name => merge(var.deployment, try({ for setting, value in service.deployment : setting => value if value != null }, {})) }
  alarms      = { for name, service in var.services : name => merge({ for alarm, settings in var.alarms : alarm => settings if alarm != "load_balancer_5xx" }, try({ for alarm, value in service.alarms : alarm => value if value != null }, {})) }

  tasks = { for name, service in var.services : name => merge(
    var.task,
    { for setting in ["callers", "volumes"] : setting => null if name != "service1" }, # those of one service's tasks
    try({ for setting, value in service.task : setting => value if value != null }, {}),
  ) }

  health_checks = { for name, service in var.services : name => merge(var.health_check, try({ for setting, value in service.health_check : setting => value if value != null }, {})) }

  per_target_settings = ["drain_seconds", "slow_start_seconds", "sticky_seconds"]

  per_target = { for name, service in var.services : name => merge(
    { for setting in local.per_target_settings : setting => var.load_balancer[setting] },
    try({ for setting, value in service.load_balancer : setting => value if value != null }, {}),
  ) }

  topics = merge(
    { for arn in [var.alarm_topic_arn] : "oncall" => arn if arn != null && var.alarms.enabled != false },
    coalesce(var.alarms.topics, {}),
  )
}
