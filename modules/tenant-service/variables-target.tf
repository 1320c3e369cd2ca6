variable "target" {
  description = "Where requests come from: `targets[NAME]` of the module tenant-load-balancer. Null for a service that takes none from a load balancer."
  type = object({
    mode                     = string
    fact                     = string
    identity                 = string
    target_group_arn         = string
    target_group_arn_suffix  = string
    load_balancer_arn_suffix = string
    security_group_id        = string
    drain_seconds            = number
  })
  default = null

  validation {
    condition     = var.target == null || var.container != null || length([for container in var.containers : container if container.port != null]) == 1
    error_message = "container: name the container that takes the requests, since not exactly one has a port."
  }
  # First ECS lets the load balancer finish, then it stops the container.
  validation {
    condition     = var.target == null || alltrue([for container in var.containers : try(var.target.drain_seconds + container.stop_timeout <= 120, true) || container.stop_timeout > 120])
    error_message = "target.drain_seconds: together with each container's stop_timeout at most 120: a spot machine leaves two minutes after its notice. Lower one of them."
  }
  validation {
    condition     = var.task.network_mode != "host" || var.target == null || anytrue([for name, container in var.containers : try(container.port >= 32768, false) && name == coalesce(var.container, name)])
    error_message = "task.network_mode: the machines let load balancers reach ports 32768 to 65535 only; in mode host let the container that takes the requests listen on one of these."
  }
  validation {
    condition     = !contains(keys(var.scaling.track), "requests") || var.target != null
    error_message = "scaling.track: a load balancer counts the requests, and there is none; track \"cpu\" or \"memory\"."
  }
}

variable "container" {
  description = "Which container takes the requests; not needed when just one has a port."
  type        = string
  default     = null

  validation {
    condition     = var.container == null || try(var.containers[var.container].port, null) != null
    error_message = "container: name one of the containers, one with a port."
  }
}

variable "discovery" {
  description = "A name in a Cloud Map namespace by which others find the service: `name` holds labels with dots between, such as api.acme; of an SRV record (network modes bridge and host) _api._tcp.acme."
  type = object({
    namespace_id = string
    name         = string
    ttl          = optional(number, 15)
  })
  default = null

  validation {
    condition     = var.discovery == null || local.front != null
    error_message = "discovery: name the container that the others find in container, since not exactly one has a port."
  }
  validation {
    condition     = var.discovery == null || try(can(regex("^ns-[a-z0-9]+$", var.discovery.namespace_id)) && can(regex("^[a-z0-9_][a-z0-9-]{0,62}([.][a-z0-9_][a-z0-9-]{0,62})*$", var.discovery.name)) && length(var.discovery.name) <= 127, false)
    error_message = "discovery: namespace_id is the id of a Cloud Map namespace (ns-...), name one or more labels of lower-case letters, digits and dashes with dots between, 127 letters at most."
  }
}
