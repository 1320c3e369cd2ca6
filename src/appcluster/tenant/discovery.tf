# How the tenant's services find each other: by names inside the network, and by their queues.

locals {
  # The tenant's own is that of service1, and its name. Others are found where it is, unless they say otherwise, if they have a port.
  asked = { for name, service in var.services : name => merge(
    try({ for setting, value in var.discovery : setting => value if value != null && (setting != "name" || name == "service1") }, {}),
    try({ for setting, value in service.discovery : setting => value if value != null }, {}),
  ) if service.discovery != null || (var.discovery != null && (local.fronts[name] || (name == "service1" && try(var.discovery.namespace_id, null) != null))) }

  inside    = { for name, asked in local.asked : name => !contains(keys(asked), "namespace_id") }
  addressed = { for name, task in local.tasks : name => try(task.network_mode, null) == "awsvpc" } # each of its tasks has an address

  discovered = { for name in keys(var.services) : name => !contains(keys(local.asked), name) ? null : {
    namespace_id = local.inside[name] ? var.namespace.id : local.asked[name].namespace_id
    ttl          = try(local.asked[name].ttl, null)
    name         = try(local.asked[name].name, local.names[name][local.inside[name] ? "inside" : "given"])
  } }

  # "a-b" of "c" and "b" of "c-a" are two names in one namespace, since a dot stands between. The two kinds of record have two names, so a
  # service may change its network mode.
  names = { for name in keys(var.services) : name => {
    inside = local.addressed[name] ? "${name}.${var.tenant}" : "_${name}._tcp.${var.tenant}"
    given  = name == "service1" ? var.tenant : "${var.tenant}-${name}"
  } }

  hosts = { for name, inside in local.inside : name => "${local.discovered[name].name}.${var.namespace.name}" if inside }
}

# Who may call which tasks. Tasks on machines have the machines' group, which is that of all tenants there.
locals {
  together    = anytrue(concat([false], values(local.inside)))
  on_machines = anytrue([for name, addressed in local.addressed : !addressed])

  callers = { for name in keys(var.services) : name => !(local.addressed[name] && try(local.inside[name], false)) ? {} : merge(
    { services = module.load_balancer.services_security_group_id },
    { for group in local.on_machines ? ["nodes"] : [] : group => var.namespace.nodes_security_group_id },
  ) }

  groups = { for name in keys(var.services) : name => !(local.addressed[name] && local.together) ? {} : merge(
    { services = module.load_balancer.services_security_group_id },
    { for group in local.on_machines ? ["callers"] : [] : group => var.namespace.callers_security_group_id },
  ) }
}

# What a container is told of the others: the name inside, where a client needs no port for it; else below the tenant's own address, which
# every network mode reaches, and the name of the SRV record.
locals {
  starts    = { for name, path in local.paths : name => trimsuffix(regex("^[^*?]*", coalesce(path, "/")), "/") }
  addresses = { for name, front in local.fronts : name => "${module.load_balancer.url}${local.starts[name]}" if front && var.load_balancer.mode != "none" }
  insides   = { for name, host in local.hosts : name => "http://${host}:${local.ports[name][name]}${local.starts[name]}" if local.addressed[name] }
  variables = { for name in keys(var.services) : name => upper(replace(name, "-", "_")) }

  urls = { for name in keys(var.services) : name => merge(
    { for other, address in merge(local.addresses, local.insides) : "${local.variables[other]}_URL" => address if other != name },
    { for other, host in local.hosts : "${local.variables[other]}_SRV" => host if other != name && !local.addressed[other] },
  ) }
}

# Which queue a service means: a queue task of another, by its name, or as service/name where two have one of that name.
locals {
  queues = merge([for name, service in var.services : {
    for queue in keys(merge(name == "service1" ? var.queue_tasks : {}, service.queue_tasks)) : "${name}/${queue}" => { service = name, queue = queue }
  }]...)

  sends_to = { for name, service in var.services : name => { for asked in coalesce(service.queues, []) : replace(asked, "/", "-") => one([
    for full, queue in local.queues : { service = queue.service == "service1" ? null : queue.service, queue = queue.queue }
    if queue.service != name && contains([full, queue.queue], asked)
  ]) } }
}
