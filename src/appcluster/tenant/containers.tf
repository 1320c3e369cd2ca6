# What runs in a service's tasks: its own container, which has the service's name, and those beside it.

locals {
  # On machines the node has logged in to the registry. Fargate has no node: there the task brings the login.
  registry_logins = { for name, task in local.tasks : name => try(task.launch_type, null) == "FARGATE" ? var.registry_login : null }

  # Beside a service's own container. service2 is one beside service1, until the tenant's services have it among them.
  beside = { for name, service in var.services : name => merge(
    name == "service1" && var.service2-build != null && !contains(keys(var.services), "service2") ? { service2 = lookup(var.containers, "service2", null) } : {},
    { for other, container in coalesce(service.containers, {}) : other => container if other != name },
  ) }

  own_settings = ["port", "entry_point", "command", "environment", "secrets", "size"]

  # Who says something of each container, the last wins.
  sayings = { for name, service in var.services : name => merge(
    { (name) = [lookup(var.containers, name, null), try(service.containers[name], null), { for setting in local.own_settings : setting => service[setting] }] },
    { for other, container in local.beside[name] : other => [container] },
  ) }

  # What is said, and nothing else: a null would take away what the module does by itself.
  said = { for name, containers in local.sayings : name => { for container, sayings in containers : container => {
    settings    = merge([for saying in sayings : try({ for setting, value in saying : setting => value if value != null && !contains(["environment", "image", "secrets", "size"], setting) }, {})]...)
    size        = merge([for saying in sayings : try({ for limit, size in saying.size : limit => size if size != null }, {})]...)
    environment = merge([for saying in sayings : try(saying.environment, null)]...)
    secrets     = merge([for saying in sayings : try(saying.secrets, null)]...)
    image       = coalesce(concat([for saying in sayings : try(saying.image, null)], [name == container ? var.services[name].image : null, container])...)
  } } }

  ports = { for name, containers in local.said : name => { for container, said in containers : container => try(said.settings.port, name == "service1" && container == name ? 8080 : null) } }

  containers = { for name, containers in local.said : name => { for container, said in containers : container => merge(
    { for limit, size in var.size : limit => size if size != null && container == name },
    { for setting, value in { essential = false } : setting => value if container != name }, # one beside it that stops is no outage
    { for setting, port in { port = local.ports[name][container] } : setting => port if port != null },
    said.settings,
    said.size,
    {
      image = "${var.images[said.image]}:${local.builds[said.image]}"
      environment = merge(
        { for variable, value in { TENANT = var.tenant } : variable => value if container == name },
        local.urls[name],
        { for variable, port in { PORT = local.ports[name][container] } : variable => tostring(port) if port != null },
        var.environment,
        said.environment,
      )
      secrets        = merge(var.secrets, said.secrets)
      registry_login = local.registry_logins[name]
    },
  ) } }
}
