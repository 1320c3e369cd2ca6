variable "containers" {
  description = <<-EOT
    The task's containers by name. `cpu` is in units of 1/1024 processor, memory in MiB: `memory` is a hard limit,
    `memory_reservation` what is set aside. `port` takes the requests; `more_ports` are for others (`host`: in bridge mode a
    fixed port of the machine, 0 for any). `environment`: null takes a variable away; each container also has QUEUE_URL_<NAME>
    of each of background.queued (QUEUE_URL_RESIZE), unless it says that variable itself. `secrets`: variable => ARN in Secrets Manager or of an SSM parameter.
    `registry_login`: ARN of the secret with the registry's user and password. `after`: container => "START", "HEALTHY",
    "SUCCESS" or "COMPLETE". `mounts`: path in the container => one of task.volumes. `log`: another driver than awslogs; what of
    its options is secret is named in its `secrets`, by ARN. `log_router`: this container takes the logs of those whose driver is
    "awsfirelens"; `type` is "fluentbit" or "fluentd". `environment_files`: ARNs of files in S3 (`*.env`). `links`: in bridge mode the
    containers that this one reaches by their names, at their own ports. `restart`: a container that ends is started again without its
    task, if it ran for `after_seconds` and did not end with one of `ignored_exit_codes`. `labels`: of the container in Docker. Times are
    in seconds.
  EOT
  type = map(object({
    image              = string
    cpu                = optional(number, 128)
    memory             = optional(number)
    memory_reservation = optional(number, 128)
    port               = optional(number)
    more_ports = optional(map(object({
      container = number
      host      = optional(number, 0)
      protocol  = optional(string, "tcp")
    })), {})
    entry_point       = optional(list(string))
    command           = optional(list(string))
    user              = optional(string)
    environment       = optional(map(string), {})
    secrets           = optional(map(string), {})
    registry_login    = optional(string)
    essential         = optional(bool, true)
    read_only_root    = optional(bool, false)
    stop_timeout      = optional(number, 30)
    after             = optional(map(string), {})
    mounts            = optional(map(object({ volume = string, read_only = optional(bool, false) })), {})
    ulimits           = optional(map(object({ soft = number, hard = number })), {})
    environment_files = optional(list(string), []) # a list: of two files with the same variable the first counts
    links             = optional(set(string), [])
    labels            = optional(map(string), {})
    restart = optional(object({
      ignored_exit_codes = optional(set(number), [])
      after_seconds      = optional(number, 300)
    }))
    log = optional(object({
      driver  = string
      options = optional(map(string), {})
      secrets = optional(map(string), {})
    }))
    log_router = optional(object({
      type    = optional(string, "fluentbit")
      options = optional(map(string), {})
    }))
    health_check = optional(object({
      command      = list(string)
      interval     = optional(number, 10)
      timeout      = optional(number, 5)
      retries      = optional(number, 3)
      start_period = optional(number, 30)
    }))
  }))
  nullable = false

  validation {
    condition     = length(var.containers) > 0 && alltrue([for name in keys(var.containers) : can(regex("^[a-z][a-z0-9-]{0,30}$", name))])
    error_message = "containers: give at least one; a name is 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
  validation {
    condition     = length(var.containers) <= 10
    error_message = "containers: a task holds ten at most."
  }
  validation {
    condition     = alltrue([for container in var.containers : can(regex("^[^\\s:@]+(:[0-9]+/[^\\s:@]+)?(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$", container.image)) && !endswith(container.image, ":latest")])
    error_message = "containers: every image needs a tag or digest that never changes, such as registry.example.com/service1:90; \"latest\" is refused, since it does not say what runs, and there is no way back."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.memory == null || try(container.memory >= container.memory_reservation, false)])
    error_message = "containers: memory (the hard limit) must not be below memory_reservation."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.memory == null ? container.memory_reservation >= 6 : container.memory >= 6])
    error_message = "containers: Docker gives a container 6 MiB or more; raise memory or memory_reservation."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for port in concat(container.port[*], [for more in container.more_ports : more.container]) : port >= 1 && port <= 65535 && floor(port) == port]]))
    error_message = "containers: a port is a whole number between 1 and 65535."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for port in container.more_ports : contains(["tcp", "udp"], port.protocol) && port.host >= 0 && port.host <= 65535]]))
    error_message = "containers: more_ports speak \"tcp\" or \"udp\", and host is 0 (any) or a port of the machine."
  }
  validation {
    condition = alltrue(flatten([for container in var.containers : [for port in container.more_ports : port.host == 0 || (
      !contains([22, 2375, 2376, 51678, 51679, 51680], port.host) && length([
        for taken in flatten([for other in var.containers : [for more in other.more_ports : "${more.host}/${more.protocol}"]]) : taken if taken == "${port.host}/${port.protocol}"
      ]) == 1
    )]]))
    error_message = "containers: more_ports give one port of the machine to two, or one that is the machine's own (22, 2375, 2376, 51678 to 51680); the task would find no machine. Leave host out for a free one."
  }
  validation {
    condition = alltrue(flatten([for container in var.containers : [for arn in values(container.secrets) :
      can(regex(local.secret_arn, arn))
    ]]))
    error_message = "containers: a secret is given as an ARN of Secrets Manager or of an SSM parameter, never as its value."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.registry_login == null || can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:", container.registry_login))])
    error_message = "containers: registry_login is the ARN of a secret in Secrets Manager that holds {\"username\": ..., \"password\": ...}."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for name, value in container.environment : !can(regex("(?i)(password|passwd|secret|private_key|api_key|access_key|auth_token)$", name)) && !can(regex("AKIA[0-9A-Z]{16}|-{5}BEGIN", value))]]))
    error_message = "containers: environment is in clear for each person who may read the task definition; put what is secret into Secrets Manager or SSM, and name its ARN in secrets."
  }
  validation {
    condition = alltrue([for container in var.containers : container.port == null || try(container.environment.PORT, null) == null || contains(
      [for port in concat(container.port[*], [for more in container.more_ports : more.container]) : tostring(port)], try(container.environment.PORT, "-")
    )])
    error_message = "containers: environment.PORT is another port than port and more_ports: the application would listen where nothing asks. Give both the same number, or leave PORT out."
  }
  validation {
    condition     = alltrue([for container in var.containers : length(setintersection(keys(container.environment), keys(container.secrets))) == 0])
    error_message = "containers: a variable is given either in environment or in secrets; ECS refuses one that is in both."
  }
  validation {
    condition     = anytrue([for container in var.containers : container.essential])
    error_message = "containers: at least one must be essential."
  }
  validation {
    condition     = alltrue(flatten([for name, container in var.containers : [for other, state in container.after : other != name && contains(keys(var.containers), other)]]))
    error_message = "containers: after names other containers of the same task; one that does not exist, or the container itself, can never be waited for."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for state in values(container.after) : contains(["START", "HEALTHY", "SUCCESS", "COMPLETE"], state)]]))
    error_message = "containers: after waits for \"START\", \"HEALTHY\", \"SUCCESS\" or \"COMPLETE\"."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for other, state in container.after : state != "HEALTHY" || !can(var.containers[other].image) || try(var.containers[other].health_check, null) != null]]))
    error_message = "containers: after waits for a container to be HEALTHY that has no health_check; give it one, or wait for START."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for other, state in container.after : !contains(["SUCCESS", "COMPLETE"], state) || !try(var.containers[other].essential, false)]]))
    error_message = "containers: after waits for a container to end that is essential, and whose end is the end of the task; set its essential to false."
  }
  validation {
    condition = alltrue([for container in var.containers : try(container.health_check, null) == null || try(
      container.health_check.timeout < container.health_check.interval && container.health_check.interval >= 5 && container.health_check.interval <= 300 && container.health_check.timeout >= 2, false
    )])
    error_message = "containers: health_check.timeout must be 2 or more and shorter than the interval, and the interval between 5 and 300."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.health_check == null || try(contains(["CMD", "CMD-SHELL"], container.health_check.command[0]) && length(container.health_check.command) > 1, false)])
    error_message = "containers: health_check.command begins with \"CMD\" (a program and its arguments) or \"CMD-SHELL\" (a line for a shell)."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.health_check == null || try(container.health_check.retries >= 1 && container.health_check.retries <= 10 && container.health_check.start_period >= 0 && container.health_check.start_period <= 300, false)])
    error_message = "containers: health_check.retries must be between 1 and 10, start_period between 0 and 300."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.stop_timeout >= 2 && container.stop_timeout <= 120])
    error_message = "containers: stop_timeout must be between 2 and 120: a spot machine leaves two minutes after its notice, and Fargate waits no longer."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for path in keys(container.mounts) : startswith(path, "/")]]))
    error_message = "containers: mounts is a path in the container, beginning with a slash, => the name of one of task.volumes."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for name, limit in container.ulimits : contains(local.ulimits, name) && limit.soft <= limit.hard]]))
    error_message = "containers: ulimits knows core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending and stack, each with soft not above hard."
  }
  validation {
    condition     = alltrue([for container in var.containers : container.log == null || try(contains(["awsfirelens", "awslogs", "fluentd", "gelf", "journald", "json-file", "none", "splunk", "syslog"], container.log.driver), false)])
    error_message = "containers: log.driver is awsfirelens, awslogs, fluentd, gelf, journald, json-file, none, splunk or syslog."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for option in keys(try(container.log.options, {})) : !can(regex("(?i)(password|passwd|secret|token|api_?key|private_?key)$", option))]]))
    error_message = "containers: log.options are in clear for each person who may read the task definition; put what is secret into Secrets Manager or SSM, and name its ARN in log.secrets."
  }
  validation {
    condition     = alltrue(flatten([for container in var.containers : [for arn in values(try(container.log.secrets, {})) : can(regex(local.secret_arn, arn))]]))
    error_message = "containers: log.secrets is an option => the ARN in Secrets Manager or of an SSM parameter."
  }
  validation {
    condition     = length([for container in var.containers : container if container.log_router != null]) <= 1 && alltrue([for container in var.containers : try(contains(["fluentbit", "fluentd"], container.log_router.type), container.log_router == null)])
    error_message = "containers: one container at most has a log_router, whose type is \"fluentbit\" or \"fluentd\"."
  }
  validation {
    condition = alltrue([for container in var.containers : try(container.log.driver, "") != "awsfirelens" || (
      container.log_router == null && anytrue([for other in var.containers : other.log_router != null])
    )])
    error_message = "containers: log.driver \"awsfirelens\" needs another container that takes the logs; give one a log_router."
  }
  validation {
    condition     = alltrue([for container in var.containers : length(container.environment_files) <= 10 && alltrue([for arn in container.environment_files : can(regex("^arn:[a-z-]+:s3:::[a-z0-9.-]+/.*[.]env$", arn))])])
    error_message = "containers: environment_files are at most ten ARNs of objects in S3 whose names end with .env, such as arn:aws:s3:::bucket/acme.env."
  }
  validation {
    condition     = alltrue(flatten([for name, container in var.containers : [for other in container.links : other != name && contains(keys(var.containers), other)]]))
    error_message = "containers: links names other containers of the same task."
  }
  validation {
    condition = alltrue([for container in var.containers : container.restart == null || try(
      container.restart.after_seconds >= 60 && container.restart.after_seconds <= 1800 && length(container.restart.ignored_exit_codes) <= 50 && alltrue([for code in container.restart.ignored_exit_codes : contains(range(256), code)]), false
    )])
    error_message = "containers: restart.after_seconds must be between 60 and 1800, and ignored_exit_codes are at most fifty numbers from 0 to 255."
  }
}
