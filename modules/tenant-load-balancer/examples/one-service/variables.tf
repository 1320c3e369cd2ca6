# Each is passed to a module as it is: what it means, and what it may be, is said there.

variable "stack" {
  description = "Name of the stack."
  type        = string
}

variable "tenant" {
  description = "Name of the tenant."
  type        = string
}

variable "cluster" {
  description = "What ecs-cluster gives out."
  type        = any
}

variable "containers" {
  description = "The task's containers."
  type        = any
}

variable "container" {
  description = "Which of them takes the requests."
  type        = string
  default     = null
}

variable "load_balancer" {
  description = "The variable of tenant-load-balancer, with the settings of the one target (drain_seconds, sticky_seconds, slow_start_seconds; shared.priority, shared.moving)."
  type        = any
  default     = {}
}

variable "health_check" {
  description = "That of the target."
  type        = any
  default     = {}
}

variable "dns" {
  description = "The variable of tenant-load-balancer; `discovery` is that of tenant-service."
  type        = any
  default     = {}
}

variable "task" {
  description = "That of tenant-service."
  type        = any
  default     = {}
}

variable "deployment" {
  description = "That of tenant-service."
  type        = any
  default     = {}
}

variable "scaling" {
  description = "That of tenant-service."
  type        = any
  default     = {}
}

variable "alarms" {
  description = "That of tenant-service, with load_balancer_5xx."
  type        = any
  default     = {}
}

variable "background" {
  description = "That of tenant-service."
  type        = any
  default     = {}
}

variable "roles" {
  description = "That of tenant-service."
  type        = any
  default     = {}
}

variable "encryption" {
  description = "That of tenant-service."
  type        = any
  default     = {}
}
