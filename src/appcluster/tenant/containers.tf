# What runs in a task: the web application, and beside it the worker of a tenant that has one. A setting in `containers` wins over
# what both have (environment, secrets) and over what is here.

locals {
  # On machines the node has logged in to the registry. Fargate has no node: there the task brings the login.
  registry_login = var.task.launch_type == "FARGATE" ? var.registry_login : null

  containers = { for name, container in local.running : name => merge(container, local.settings[name], {
    image          = "${var.images[name]}:${local.builds[name]}"
    environment    = merge(container.environment, try(var.containers[name].environment, null))
    secrets        = merge(var.secrets, try(var.containers[name].secrets, null))
    registry_login = local.registry_login
  }) }

  builds = { service1 = var.service1-build, service2 = var.service2-build }

  running = { for name, container in {
    service1 = merge({ for limit, size in var.size : limit => size if size != null }, {
      port        = local.ports.service1
      environment = merge({ TENANT = var.tenant, PORT = tostring(local.ports.service1) }, var.environment)
    })
    service2 = {
      essential   = false # a worker that stops is no outage
      environment = merge(var.environment, local.ports.service2 == null ? {} : { PORT = tostring(local.ports.service2) })
    }
  } : name => container if local.builds[name] != null }

  ports = {
    service1 = try(coalesce(var.containers["service1"].port), 8080)
    service2 = try(var.containers["service2"].port, null)
  }

  # What is said, and nothing else: a null would take away what the module does by itself.
  settings = { for name in keys(local.running) : name => merge(
    try({ for setting, value in var.containers[name] : setting => value if value != null && setting != "size" }, {}),
    try({ for limit, size in var.containers[name].size : limit => size if size != null }, {}),
  ) }
}
