# The tenant layer: one tenant's service, with all that is the tenant's own.

locals {
  # On machines the node has logged in to the registry. Fargate has no node: there the task brings the login.
  registry_login = var.task.launch_type == "FARGATE" ? var.registry_login : null

  # The worker runs beside the web application, with the same surroundings; a worker that stops is no outage.
  worker = var.service2-build == null ? {} : {
    service2 = {
      image          = "${var.images["service2"]}:${var.service2-build}"
      essential      = false
      environment    = var.environment
      secrets        = var.secrets
      registry_login = local.registry_login
    }
  }
}

module "service" {
  source = "../../../modules/tenant-service"

  stack   = var.stack
  tenant  = var.tenant
  cluster = var.cluster

  containers = merge(local.worker, {
    service1 = {
      image              = "${var.images["service1"]}:${var.service1-build}"
      port               = 8080
      cpu                = var.size.cpu
      memory             = var.size.memory
      memory_reservation = var.size.memory_reservation
      environment        = merge({ TENANT = var.tenant, PORT = "8080" }, var.environment)
      secrets            = var.secrets
      registry_login     = local.registry_login
    }
  })

  scaling            = merge(var.scaling, { start = lookup(var.running_tasks, var.tenant, null) })
  deployment         = var.deployment
  health_check       = var.health_check
  log_retention_days = var.log_retention_days

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
  }
}
