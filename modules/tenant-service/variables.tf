variable "stack" {
  description = "Name of the stack, such as appcluster-test."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.stack)) && !can(regex("^(internal-|sg(-|$))", var.stack))
    error_message = "stack: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter, and not with \"internal-\" (load balancers refuse it) or \"sg-\" (security groups do)."
  }
}

variable "tenant" {
  description = "Name of the tenant; its service in the cluster begins with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.tenant))
    error_message = "tenant: use 1 to 31 lower-case letters, digits and dashes, beginning with a letter."
  }
}

variable "cluster" {
  description = <<-EOT
    Where the service runs: what the module ecs-cluster gives out, under the same names. `nat`: whether the node subnets lead out
    without a public address; `capacity_providers`: those that the cluster knows. What is null is not checked.
  EOT
  type = object({
    name                            = string
    arn                             = string
    capacity_provider               = string
    vpc_id                          = string
    node_subnet_ids                 = set(string)
    load_balancer_subnet_ids        = set(string)
    load_balancer_security_group_id = string
    execute_command                 = optional(object({ log_group_arn = optional(string), kms_key_arn = optional(string) }), {})
    nat                             = optional(bool)
    capacity_providers              = optional(set(string))
  })
  nullable = false

  validation {
    condition     = var.load_balancer.mode != "own" || length(var.cluster.load_balancer_subnet_ids) >= 2
    error_message = "cluster.load_balancer_subnet_ids: a load balancer needs two subnets, in different zones."
  }
}

variable "log_retention_days" {
  description = "How many days the containers' logs are kept."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: CloudWatch knows 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 and 3653."
  }
}
