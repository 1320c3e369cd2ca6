# What the tool gives.

variable "region" {
  description = "The region; given by the tool."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region: use a name such as ap-southeast-2."
  }
}

variable "stack" {
  description = "Name of the stack; given by the tool."
  type        = string
  nullable    = false
}

variable "tenant" {
  description = "Name of the tenant; given by the tool."
  type        = string
  nullable    = false
}

# Outputs of the stack layer.

variable "cluster" {
  description = "Where the tenant runs; an output of the stack layer."
  type = object({
    name                            = string
    arn                             = string
    capacity_provider               = string
    vpc_id                          = string
    node_subnet_ids                 = set(string)
    load_balancer_subnet_ids        = set(string)
    load_balancer_security_group_id = string
    execute_command                 = optional(object({ log_group_arn = optional(string), kms_key_arn = optional(string) }))
    nat                             = optional(bool)
    capacity_providers              = optional(set(string))
  })
  nullable = false
}

variable "certificate_arn" {
  description = "Certificate of the environment's domain; an output of the stack layer. Null serves the tenant by HTTP."
  type        = string
  default     = null
}

variable "namespace" {
  description = "The private DNS zone in which services find each other; an output of the stack layer. Null without one."
  type = object({
    id                        = string
    name                      = string
    callers_security_group_id = string
    nodes_security_group_id   = string
  })
  default = null
}

variable "alarm_topic_arn" {
  description = "The topic that hears of alarms, besides those of alarms.topics; an output of the stack layer."
  type        = string
  default     = null
}

variable "registry_login" {
  description = "ARN of the secret with the registry's login for tasks on Fargate; an output of the stack layer."
  type        = string
  default     = null
}

variable "registry_login_key" {
  description = "ARN of the key that the registry's login is encrypted with; an output of the stack layer. Null when it is AWS's own."
  type        = string
  default     = null
}

variable "shared_load_balancers" {
  description = "Load balancers that tenants share, by number; an output of the stack layer."
  type = map(object({
    arn               = string
    arn_suffix        = string
    listener_arn      = string
    dns_name          = string
    zone_id           = string
    security_group_id = string
  }))
  default  = {}
  nullable = false
}

variable "allotment" {
  description = "Which shared load balancer the tenant has, and the priority of its rule there; `rules`: those of its services with a path. Given by the tool."
  type = object({
    load_balancer = number
    priority      = number
    moving        = optional(object({ turned = number, aside = object({ instance = number, ip = number }) })) # in a move
    rules = optional(map(object({
      priority = number
      joining  = optional(bool)
      moving   = optional(object({ turned = number, aside = object({ instance = number, ip = number }) }))
    })), {})
  })
  default = null

  validation {
    condition     = var.load_balancer.mode != "shared" || var.allotment != null
    error_message = "allotment: load_balancer.mode is \"shared\" and the tenant has no slot. Apply by ./orchestrate, which assigns one; without it give a load balancer's number and a priority that no other tenant has there."
  }
  validation {
    condition     = var.load_balancer.mode != "shared" || try(contains(keys(var.shared_load_balancers), tostring(var.allotment.load_balancer)), var.allotment == null)
    error_message = "allotment: the tenant's slot is on a load balancer that the stack layer does not have. Apply the stack layer with as many shared load balancers as that number, and then the tenant again."
  }
}

variable "running_tasks" {
  description = "How many tasks each service runs, where another takes its place; given by the tool."
  type        = map(number)
  default     = {}
  nullable    = false
}

# What runs.

variable "images" {
  description = "Image repositories, without a tag, by a name that builds, services and containers refer to."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for repository in values(var.images) : can(regex("^[^\\s:@]+(:[0-9]+/[^\\s:@]+)?$", repository))])
    error_message = "images: give repositories without a tag; the tag is the build number."
  }
}

variable "services" {
  description = <<-EOT
    The tenant's services by name: each an ECS service with its own tasks, scaling, alarms, logs and roles. `port`: what its container listens on,
    and finds in PORT; a service without one is a worker, which no request reaches (service1 has 8080). `path`: which requests are its own, such as
    /api/*; a service with a port and no path has all others. `image`: a name in `images` and in `builds` (the service's own unless given).
    `containers`: those beside it, and more settings of its own, as in the variable `containers`; each names its `image`. The variables of the tenant
    (size, environment, secrets, scaling, deployment, health_check, task, alarms) are what every service has; what it says itself wins, setting
    by setting. `task.volumes`, `task.callers`, scheduled, queue and one-off tasks outside of `services` are those of service1. `queues`: the queue tasks
    of other services that it sends to, by name, or as service/name where two have one of that name; it has QUEUE_URL_<NAME>, and may send.
  EOT
  type = map(object({
    image       = optional(string)
    port        = optional(number)
    path        = optional(string)
    entry_point = optional(list(string))
    command     = optional(list(string))
    environment = optional(map(string))
    secrets     = optional(map(string))
    size = optional(object({
      cpu                = optional(number)
      memory             = optional(number)
      memory_reservation = optional(number)
    }))
    scaling = optional(object({
      min = optional(number)
      max = optional(number)
      high = optional(object({
        cpu      = optional(number)
        periods  = optional(number)
        seconds  = optional(number)
        step     = optional(number)
        steps    = optional(map(number))
        cooldown = optional(number)
      }))
      low = optional(object({
        cpu      = optional(number)
        periods  = optional(number)
        seconds  = optional(number)
        step     = optional(number)
        steps    = optional(map(number))
        cooldown = optional(number)
      }))
      track = optional(map(object({
        target       = number
        out_cooldown = optional(number)
        in_cooldown  = optional(number)
        scale_in     = optional(bool)
      })))
      schedules = optional(map(object({
        schedule = string
        timezone = optional(string)
        min      = optional(number)
        max      = optional(number)
      })))
    }))
    deployment = optional(object({
      strategy            = optional(string)
      min_healthy_percent = optional(number)
      max_percent         = optional(number)
      grace_seconds       = optional(number)
      placement           = optional(string)
      strategies          = optional(list(object({ type = string, field = optional(string) })))
      constraints         = optional(map(string))
      capacity_providers  = optional(map(object({ base = optional(number), weight = optional(number) })))
      alarms              = optional(set(string))
      wait                = optional(bool)
      wait_minutes        = optional(number)
    }))
    task = optional(object({
      launch_type    = optional(string)
      network_mode   = optional(string)
      cpu            = optional(number)
      memory         = optional(number)
      architecture   = optional(string)
      ephemeral_gb   = optional(number)
      public_address = optional(bool)
      volumes = optional(map(object({
        host_path = optional(string)
        efs = optional(object({
          file_system_id  = string
          access_point_id = optional(string)
          root_directory  = optional(string)
          root_access     = optional(bool)
        }))
      })))
      callers         = optional(map(string))
      security_groups = optional(map(string))
      egress = optional(map(object({
        to        = string
        protocol  = optional(string)
        port      = optional(number)
        last_port = optional(number)
      })))
      policy          = optional(string)
      policy_arns     = optional(map(string))
      kms_keys        = optional(set(string))
      pull_through    = optional(set(string))
      execute_command = optional(bool)
    }))
    alarms = optional(object({
      enabled = optional(bool)
      unhealthy_hosts = optional(object({
        enabled = optional(bool)
        over    = optional(number)
        seconds = optional(number)
        periods = optional(number)
      }))
      target_5xx = optional(object({
        enabled = optional(bool)
        over    = optional(number)
        seconds = optional(number)
        periods = optional(number)
      }))
      no_running_task = optional(object({
        enabled = optional(bool)
        seconds = optional(number)
        periods = optional(number)
      }))
      dead_letters = optional(object({
        enabled = optional(bool)
        over    = optional(number)
        seconds = optional(number)
        periods = optional(number)
      }))
    }))
    health_check = optional(object({
      path      = optional(string)
      codes     = optional(string)
      interval  = optional(number)
      timeout   = optional(number)
      healthy   = optional(number)
      unhealthy = optional(number)
    }))
    load_balancer = optional(object({
      drain_seconds      = optional(number)
      slow_start_seconds = optional(number)
      sticky_seconds     = optional(number)
    }))
    discovery = optional(object({
      namespace_id = optional(string)
      name         = optional(string)
      ttl          = optional(number)
    }))
    queues = optional(set(string))
    containers = optional(map(object({
      image = optional(string)
      size = optional(object({
        cpu                = optional(number)
        memory             = optional(number)
        memory_reservation = optional(number)
      }))
      port              = optional(number)
      more_ports        = optional(map(object({ container = number, host = optional(number), protocol = optional(string) })))
      entry_point       = optional(list(string))
      command           = optional(list(string))
      user              = optional(string)
      environment       = optional(map(string))
      environment_files = optional(list(string))
      secrets           = optional(map(string))
      essential         = optional(bool)
      read_only_root    = optional(bool)
      stop_timeout      = optional(number)
      after             = optional(map(string))
      mounts            = optional(map(object({ volume = string, read_only = optional(bool) })))
      ulimits           = optional(map(object({ soft = number, hard = number })))
      links             = optional(set(string))
      labels            = optional(map(string))
      restart           = optional(object({ ignored_exit_codes = optional(set(number)), after_seconds = optional(number) }))
      log               = optional(object({ driver = string, options = optional(map(string)), secrets = optional(map(string)) }))
      log_router        = optional(object({ type = optional(string), options = optional(map(string)) }))
      health_check = optional(object({
        command      = list(string)
        interval     = optional(number)
        timeout      = optional(number)
        retries      = optional(number)
        start_period = optional(number)
      }))
    })))
    scheduled_tasks = optional(map(object({
      schedule           = string
      timezone           = optional(string)
      command            = optional(list(string))
      container          = optional(string)
      environment        = optional(map(string))
      cpu                = optional(number)
      memory             = optional(number)
      memory_reservation = optional(number)
      enabled            = optional(bool)
      count              = optional(number)
      window_minutes     = optional(number)
      retries            = optional(number)
      retry_seconds      = optional(number)
    })), {})
    queue_tasks = optional(map(object({
      command            = optional(list(string))
      container          = optional(string)
      environment        = optional(map(string))
      cpu                = optional(number)
      memory             = optional(number)
      memory_reservation = optional(number)
      min                = optional(number)
      max                = optional(number)
      steps              = optional(map(number))
      cooldown           = optional(number)
      idle_minutes       = optional(number)
      visibility_seconds = optional(number)
      attempts           = optional(number)
      senders            = optional(map(string))
    })), {})
    one_off_tasks = optional(map(object({
      command            = optional(list(string))
      container          = optional(string)
      environment        = optional(map(string))
      cpu                = optional(number)
      memory             = optional(number)
      memory_reservation = optional(number)
    })), {})
  }))
  default  = { service1 = {} }
  nullable = false

  validation {
    condition     = length(var.services) > 0
    error_message = "services: name one, such as services = { service1 = { port = 8080 } }."
  }
  validation {
    condition     = alltrue([for name in keys(var.services) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "services: a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition = alltrue(flatten([for name, service in var.services : [
      for image in concat([coalesce(service.image, name)], [for other, container in coalesce(service.containers, {}) : coalesce(container.image, other) if other != name]) :
      contains(keys(var.images), image)
    ]]))
    error_message = "services: a service or a container names an image that images does not have: ${join(", ", distinct(flatten([for name, service in var.services : [
      for image in concat([coalesce(service.image, name)], [for other, container in coalesce(service.containers, {}) : coalesce(container.image, other) if other != name]) :
      image if !contains(keys(var.images), image)
    ]])))}. Add its repository to images, or name another in image."
  }
  validation {
    condition = alltrue(flatten([for name, service in var.services : [
      for image in concat([coalesce(service.image, name)], [for other, container in coalesce(service.containers, {}) : coalesce(container.image, other) if other != name]) :
      !contains(keys(var.images), image) || contains(keys(local.builds), image)
    ]]))
    error_message = "services: no build is known of ${join(", ", distinct(flatten([for name, service in var.services : [
      for image in concat([coalesce(service.image, name)], [for other, container in coalesce(service.containers, {}) : coalesce(container.image, other) if other != name]) :
      image if !contains(keys(local.builds), image)
    ]])))}. Give its number, such as -var api-build=17, or builds = { api = \"17\" } in a file."
  }
  validation {
    condition = length(setintersection(keys(var.services), flatten([
      for tasks in concat([var.scheduled_tasks, var.queue_tasks, var.one_off_tasks], [for kind in ["scheduled_tasks", "queue_tasks", "one_off_tasks"] : try(var.services["service1"][kind], {})]) : keys(tasks)
    ]))) == 0
    error_message = "services: a service and a task in the background have one name; give one of them another."
  }
  validation {
    condition = alltrue(flatten([for name, service in var.services : [for asked in coalesce(service.queues, []) : length([
      for other, reads in var.services : other if other != name && contains(flatten([
        for queue in keys(merge(other == "service1" ? var.queue_tasks : {}, reads.queue_tasks)) : [queue, "${other}/${queue}"]
      ]), asked)
    ]) == 1]]))
    error_message = "services: queues names what is no queue task of another service, or of two. Known are ${join(", ", flatten([for name, service in var.services : [
      for queue in keys(merge(name == "service1" ? var.queue_tasks : {}, service.queue_tasks)) : join("/", [name, queue])
    ]]))}; of two with one name write service/name."
  }
  validation {
    condition     = alltrue([for service in var.services : service.discovery == null || try(service.discovery.namespace_id, null) != null || var.discovery != null])
    error_message = "services: discovery of a service says no namespace_id, and the tenant has no discovery to take one from; give either."
  }
  validation {
    condition     = contains(keys(var.services), "service1") || length(var.scheduled_tasks) + length(var.queue_tasks) + length(var.one_off_tasks) == 0
    error_message = "services: scheduled_tasks, queue_tasks and one_off_tasks of the tenant are those of service1, which it does not have; write them into one of its services."
  }
}

variable "builds" {
  description = "Builds of the images that have no variable of their own: the name in `images` => the tag."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for build in values(var.builds) : can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", build)) && build != "latest"])
    error_message = "builds: give the number of a build, such as 17; never empty, never \"latest\"."
  }
}

variable "service1-build" {
  description = "Build of service1 (the web application): the tag of its image. Null for a tenant whose services do not run it."
  type        = string
  default     = null

  validation {
    condition     = var.service1-build == null || (can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.service1-build)) && var.service1-build != "latest")
    error_message = "service1-build: give the number of a build, such as 90; never empty, never \"latest\"."
  }
}

variable "service2-build" {
  description = "Build of service2 (the background worker): the tag of its image. Null for a tenant without a worker."
  type        = string
  default     = null

  validation {
    condition     = var.service2-build == null || (can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.service2-build)) && var.service2-build != "latest")
    error_message = "service2-build: give the number of a build, such as 17; never empty, never \"latest\"."
  }
  validation {
    condition     = var.service2-build == null || contains(keys(var.images), "service2")
    error_message = "service2-build: images names no repository for service2; add it."
  }
}

variable "size" {
  description = "The web application's share of a machine: cpu in 1/1024 processor, memory (limit) and memory_reservation in MiB."
  type = object({
    cpu                = optional(number, 128)
    memory             = optional(number)
    memory_reservation = optional(number, 128)
  })
  default  = {}
  nullable = false
}

variable "containers" {
  description = <<-EOT
    More settings of the containers, by name: service1 (the web application) and service2 (the worker beside it), or that of another service. `size` is a
    share of a machine as above; for a service's own container it wins over the variable `size`. `port`: service1 listens on 8080 unless given, and finds
    it in PORT. `environment` and `secrets` are added to those that all have. What the others mean says `containers` in modules/tenant-service.
  EOT
  type = map(object({
    size = optional(object({
      cpu                = optional(number)
      memory             = optional(number)
      memory_reservation = optional(number)
    }))
    port              = optional(number)
    more_ports        = optional(map(object({ container = number, host = optional(number), protocol = optional(string) })))
    entry_point       = optional(list(string))
    command           = optional(list(string))
    user              = optional(string)
    environment       = optional(map(string))
    environment_files = optional(list(string))
    secrets           = optional(map(string))
    essential         = optional(bool)
    read_only_root    = optional(bool)
    stop_timeout      = optional(number)
    after             = optional(map(string))
    mounts            = optional(map(object({ volume = string, read_only = optional(bool) })))
    ulimits           = optional(map(object({ soft = number, hard = number })))
    links             = optional(set(string))
    labels            = optional(map(string))
    restart           = optional(object({ ignored_exit_codes = optional(set(number)), after_seconds = optional(number) }))
    log               = optional(object({ driver = string, options = optional(map(string)), secrets = optional(map(string)) }))
    log_router        = optional(object({ type = optional(string), options = optional(map(string)) }))
    health_check = optional(object({
      command      = list(string)
      interval     = optional(number)
      timeout      = optional(number)
      retries      = optional(number)
      start_period = optional(number)
    }))
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.containers), concat(keys(var.services), ["service2"]))) == 0
    error_message = "containers: the tenant has no service of that name (service2 is a container beside service1); correct the name. One more container beside a service stands in services, in its containers."
  }
  validation {
    condition = alltrue([for name, service in var.services : name == "service1" || service.path == null || anytrue([
      for said in [service, try(service.containers[name], null), lookup(var.containers, name, null)] : try(said.port, null) != null
    ])])
    error_message = "services: one has a path and no port, so that no request would reach it. Give its port, or take the path out."
  }
  validation {
    condition     = var.service2-build != null || contains(keys(var.services), "service2") || try(var.containers["service2"], null) == null
    error_message = "containers: settings of service2, which the tenant does not run, since service2-build is null. Give a build of it, or take service2 out of containers."
  }
}

variable "environment" {
  description = "The application's environment variables; nothing secret."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "secrets" {
  description = "The application's secrets: environment variable => ARN in Secrets Manager or of an SSM parameter."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "scheduled_tasks" {
  description = "Tasks started by the clock: see modules/tenant-service."
  type = map(object({
    schedule           = string
    timezone           = optional(string)
    command            = optional(list(string))
    container          = optional(string)
    environment        = optional(map(string))
    cpu                = optional(number)
    memory             = optional(number)
    memory_reservation = optional(number)
    enabled            = optional(bool)
    count              = optional(number)
    window_minutes     = optional(number)
    retries            = optional(number)
    retry_seconds      = optional(number)
  }))
  default  = {}
  nullable = false
}

variable "queue_tasks" {
  description = "Workers that messages start: see modules/tenant-service."
  type = map(object({
    command            = optional(list(string))
    container          = optional(string)
    environment        = optional(map(string))
    cpu                = optional(number)
    memory             = optional(number)
    memory_reservation = optional(number)
    min                = optional(number)
    max                = optional(number)
    steps              = optional(map(number))
    cooldown           = optional(number)
    idle_minutes       = optional(number)
    visibility_seconds = optional(number)
    attempts           = optional(number)
    senders            = optional(map(string))
  }))
  default  = {}
  nullable = false
}

variable "one_off_tasks" {
  description = "Tasks that a person or a pipeline starts: see modules/tenant-service."
  type = map(object({
    command            = optional(list(string))
    container          = optional(string)
    environment        = optional(map(string))
    cpu                = optional(number)
    memory             = optional(number)
    memory_reservation = optional(number)
  }))
  default  = {}
  nullable = false
}

# How it runs.

variable "scaling" {
  description = "Number of tasks and what changes it (CPU alarms, tracking, the clock): see modules/tenant-service."
  type = object({
    min = optional(number)
    max = optional(number)
    high = optional(object({
      cpu      = optional(number)
      periods  = optional(number)
      seconds  = optional(number)
      step     = optional(number)
      steps    = optional(map(number))
      cooldown = optional(number)
    }))
    low = optional(object({
      cpu      = optional(number)
      periods  = optional(number)
      seconds  = optional(number)
      step     = optional(number)
      steps    = optional(map(number))
      cooldown = optional(number)
    }))
    track = optional(map(object({
      target       = number
      out_cooldown = optional(number)
      in_cooldown  = optional(number)
      scale_in     = optional(bool)
    })))
    schedules = optional(map(object({
      schedule = string
      timezone = optional(string)
      min      = optional(number)
      max      = optional(number)
    })))
  })
  default  = {}
  nullable = false
}

variable "alarms" {
  description = "Alarms, and the topics that get them: see modules/tenant-service."
  type = object({
    enabled = optional(bool)
    topics  = optional(map(string))
    unhealthy_hosts = optional(object({
      enabled = optional(bool)
      over    = optional(number)
      seconds = optional(number)
      periods = optional(number)
    }))
    target_5xx = optional(object({
      enabled = optional(bool)
      over    = optional(number)
      seconds = optional(number)
      periods = optional(number)
    }))
    load_balancer_5xx = optional(object({
      enabled = optional(bool)
      over    = optional(number)
      seconds = optional(number)
      periods = optional(number)
    }))
    no_running_task = optional(object({
      enabled = optional(bool)
      seconds = optional(number)
      periods = optional(number)
    }))
    dead_letters = optional(object({
      enabled = optional(bool)
      over    = optional(number)
      seconds = optional(number)
      periods = optional(number)
    }))
  })
  default  = {}
  nullable = false
}

variable "deployment" {
  description = "How a new version is rolled out, and where tasks are placed: see modules/tenant-service."
  type = object({
    strategy            = optional(string)
    min_healthy_percent = optional(number)
    max_percent         = optional(number)
    grace_seconds       = optional(number)
    placement           = optional(string)
    strategies          = optional(list(object({ type = string, field = optional(string) })))
    constraints         = optional(map(string))
    capacity_providers  = optional(map(object({ base = optional(number), weight = optional(number) })))
    alarms              = optional(set(string))
    wait                = optional(bool)
    wait_minutes        = optional(number)
  })
  default  = {}
  nullable = false
}

variable "task" {
  description = "Network mode, Fargate, volumes, and what the application may do in AWS: see modules/tenant-service."
  type = object({
    launch_type    = optional(string)
    network_mode   = optional(string)
    cpu            = optional(number)
    memory         = optional(number)
    architecture   = optional(string)
    ephemeral_gb   = optional(number)
    public_address = optional(bool)
    volumes = optional(map(object({
      host_path = optional(string)
      efs = optional(object({
        file_system_id  = string
        access_point_id = optional(string)
        root_directory  = optional(string)
        root_access     = optional(bool)
      }))
    })))
    callers         = optional(map(string))
    security_groups = optional(map(string))
    egress = optional(map(object({
      to        = string
      protocol  = optional(string)
      port      = optional(number)
      last_port = optional(number)
    })))
    policy          = optional(string)
    policy_arns     = optional(map(string))
    kms_keys        = optional(set(string))
    pull_through    = optional(set(string))
    execute_command = optional(bool)
  })
  default  = {}
  nullable = false
}

variable "load_balancer" {
  description = "A load balancer of the tenant's own, a share of one, or none: see modules/tenant-service; the certificate comes from the stack layer. `mode` has no default, so a map that lost it is an error."
  type = object({
    mode                = string
    make_certificate    = optional(bool, false)
    certificates        = optional(map(string))
    internal            = optional(bool)
    dual_stack          = optional(bool)
    ssl_policy          = optional(string)
    allowed             = optional(map(string))
    security_groups     = optional(map(string))
    idle_seconds        = optional(number)
    drain_seconds       = optional(number)
    slow_start_seconds  = optional(number)
    sticky_seconds      = optional(number)
    linger_seconds      = optional(number)
    access_logs         = optional(object({ bucket = string, prefix = optional(string) }))
    deletion_protection = optional(bool)
  })
  nullable = false
}

variable "health_check" {
  description = "What the load balancer asks the web application: see modules/tenant-service."
  type = object({
    path      = optional(string, "/health")
    codes     = optional(string)
    interval  = optional(number)
    timeout   = optional(number)
    healthy   = optional(number)
    unhealthy = optional(number)
  })
  default  = {}
  nullable = false
}

variable "log_retention_days" {
  description = "How many days the containers' logs are kept."
  type        = number
  default     = 14
  nullable    = false
}

variable "encryption" {
  description = "KMS keys of yours for logs and queues: see modules/tenant-service."
  type = object({
    logs   = optional(string)
    queues = optional(string)
  })
  default  = {}
  nullable = false
}

variable "roles" {
  description = "Path and permissions boundary of the tenant's IAM roles, or roles of yours by ARN: see modules/tenant-service."
  type = object({
    path                 = optional(string)
    permissions_boundary = optional(string)
    execution            = optional(object({ arn = string }))
    task                 = optional(object({ arn = string }))
    schedule             = optional(object({ arn = string }))
  })
  default  = {}
  nullable = false
}

# Where it is found.

variable "zone" {
  description = "Name of the hosted zone in Route 53."
  type        = string
  nullable    = false
}

variable "domain" {
  description = "The environment's domain; the template makes the hostname of it."
  type        = string
  nullable    = false
}

variable "hostname" {
  description = "The tenant's full name, such as acme.test.example.com."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.hostname, ".${var.domain}")
    error_message = "hostname: must end with a dot and the environment's domain, since the certificate covers no other."
  }
  validation {
    condition     = !local.certified_by_the_stack || length(setintersection(local.certified, [var.hostname, replace(var.hostname, "/^[^.]+/", "*")])) > 0
    error_message = "hostname: the environment's certificate covers one label below domain (acme.test.example.com), and no name below that: browsers would refuse it. Use one label, set load_balancer.make_certificate, or give a certificate in load_balancer.certificates."
  }
}

variable "aliases" {
  description = "Up to four further names of the tenant; those in the zone get records. With HTTPS each needs a certificate."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = !local.certified_by_the_stack || alltrue([for name in var.aliases : length(setintersection(local.certified, [name, replace(name, "/^[^.]+/", "*")])) > 0])
    error_message = "aliases: the environment's certificate covers names of one label below domain only; browsers would refuse the tenant's others. Set load_balancer.make_certificate for names in the zone, give a certificate for those elsewhere in load_balancer.certificates, or leave the alias out."
  }
}

variable "discovery" {
  description = <<-EOT
    How services are found inside the network. `namespace`: the zone that the stack layer makes; a service with a port is SERVICE.TENANT.NAMESPACE there (with
    tasks that have an address; else _SERVICE._tcp.TENANT.NAMESPACE, an SRV record), and the others have its URL. Or `namespace_id`: a Cloud Map namespace of
    yours, where `name` is that of service1 (the tenant's unless given). `ttl` in seconds. Null for none.
  EOT
  type = object({
    namespace    = optional(string)
    namespace_id = optional(string)
    name         = optional(string)
    ttl          = optional(number)
  })
  default = null

  validation {
    condition     = var.discovery == null || length(compact([try(var.discovery.namespace, null), try(var.discovery.namespace_id, null)])) == 1
    error_message = "discovery: give namespace (the name of the zone that the stack layer makes) or namespace_id (of one of yours); not both, not neither."
  }
  validation {
    condition     = try(var.discovery.namespace, null) == null || try(var.namespace.name == var.discovery.namespace, false)
    error_message = "discovery.namespace: the stack layer has not made the zone ${coalesce(try(var.discovery.namespace, null), "-")}. It stands in the stack's variables.tfvars, for all its tenants; apply the stack, and then the tenant again."
  }
}
