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

# What the shared layer gives out.

variable "cluster" {
  description = "Where the tenant runs; an output of the shared layer."
  type = object({
    name                            = string
    arn                             = string
    capacity_provider               = string
    vpc_id                          = string
    node_subnet_ids                 = set(string)
    load_balancer_subnet_ids        = set(string)
    load_balancer_security_group_id = string
  })
  nullable = false
}

variable "certificate_arn" {
  description = "Certificate of the environment's domain; an output of the shared layer. Null serves the tenant by HTTP."
  type        = string
  default     = null
}

# What runs.

variable "images" {
  description = "Image repositories, without a tag: service => repository."
  type        = map(string)
  nullable    = false

  validation {
    condition     = contains(keys(var.images), "service1")
    error_message = "images: name the repository of service1."
  }
  validation {
    condition     = alltrue([for repository in values(var.images) : can(regex("^[^\\s:@]+(:[0-9]+/[^\\s:@]+)?$", repository))])
    error_message = "images: give repositories without a tag; the tag is the build number."
  }
}

variable "service1-build" {
  description = "Build of service1 (the web application): the tag of its image."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", var.service1-build)) && var.service1-build != "latest"
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
    schedule  = string
    command   = list(string)
    container = optional(string)
    enabled   = optional(bool)
  }))
  default  = {}
  nullable = false
}

# How it runs.

variable "scaling" {
  description = "Number of tasks and the two CPU alarms: see modules/tenant-service."
  type = object({
    min = optional(number)
    max = optional(number)
    high = optional(object({
      cpu      = optional(number)
      periods  = optional(number)
      seconds  = optional(number)
      step     = optional(number)
      cooldown = optional(number)
    }))
    low = optional(object({
      cpu      = optional(number)
      periods  = optional(number)
      seconds  = optional(number)
      step     = optional(number)
      cooldown = optional(number)
    }))
  })
  default  = {}
  nullable = false
}

variable "deployment" {
  description = "How a new version is rolled out, and where tasks are placed: see modules/tenant-service."
  type = object({
    min_healthy_percent = optional(number)
    max_percent         = optional(number)
    grace_seconds       = optional(number)
    placement           = optional(string)
    one_per_machine     = optional(bool)
    constraints         = optional(map(string))
    wait                = optional(bool)
  })
  default  = {}
  nullable = false
}

variable "load_balancer" {
  description = "The tenant's load balancer: see modules/tenant-service; its certificate comes from the shared layer."
  type = object({
    internal            = optional(bool)
    allowed             = optional(map(string))
    idle_seconds        = optional(number)
    drain_seconds       = optional(number)
    deletion_protection = optional(bool)
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
}
