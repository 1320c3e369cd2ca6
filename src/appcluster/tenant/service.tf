# The tenant layer: one tenant's service, with all that is the tenant's own.

module "service" {
  source = "../../../modules/tenant-service"

  stack   = var.stack
  tenant  = var.tenant
  cluster = var.cluster

  containers = local.containers

  scaling            = merge(var.scaling, { start = lookup(var.running_tasks, var.tenant, null) })
  deployment         = var.deployment
  health_check       = var.health_check
  log_retention_days = var.log_retention_days
  encryption         = var.encryption
  roles              = var.roles

  task = merge(var.task, {
    kms_keys = setunion(coalesce(var.task.kms_keys, []), compact([local.registry_login == null ? null : var.registry_login_key]))
  })

  alarms = merge(var.alarms, {
    topics = merge(
      { for arn in [var.alarm_topic_arn] : "oncall" => arn if arn != null && var.alarms.enabled != false },
      coalesce(var.alarms.topics, {}),
    )
  })

  load_balancer = merge(var.load_balancer, {
    container       = "service1"
    certificate_arn = var.load_balancer.make_certificate ? null : var.certificate_arn

    shared = var.load_balancer.mode != "shared" ? null : merge(
      var.shared_load_balancers[tostring(var.allotment.load_balancer)],
      { name = tostring(var.allotment.load_balancer), priority = var.allotment.priority, moving = var.allotment.moving },
    )
  })

  background = {
    scheduled = var.scheduled_tasks
    queued    = var.queue_tasks
    one_off   = var.one_off_tasks
  }

  dns = {
    zone     = var.zone
    hostname = var.hostname
    aliases  = var.aliases

    discovery = var.discovery
  }
}
