variable "name" {
  description = "Begins the names of the policies."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z][A-Za-z0-9+=,.@_-]{0,119}$", var.name))
    error_message = "name: use 1 to 120 letters, digits and +=,.@_-, beginning with a letter."
  }
}

variable "state_buckets" {
  description = "The buckets that hold states, as backend.tfvars names them."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.state_buckets) > 0 && alltrue([for bucket in var.state_buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", bucket))])
    error_message = "state_buckets: name at least one bucket."
  }
}

variable "zone_ids" {
  description = "The hosted zones whose records pipelines write, by id."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.zone_ids) > 0 && alltrue([for zone in var.zone_ids : can(regex("^[A-Z0-9]{1,32}$", zone))])
    error_message = "zone_ids: give ids of hosted zones, such as Z0123456789ABCDEFGHIJ."
  }
}

variable "regions" {
  description = "The regions that pipelines deploy to."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0 && alltrue([for region in var.regions : can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions: use names such as ap-southeast-2."
  }
}

variable "kms_key_arns" {
  description = "KMS keys that encrypt the state buckets; none for AWS's own."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", arn))])
    error_message = "kms_key_arns: every value is the ARN of a key."
  }
}

variable "deploy_tasks" {
  description = "Whether deploys run tasks, as `before_deploy` and `after_deploy` in stack.hcl say."
  type        = bool
  default     = false
  nullable    = false
}

variable "discovery" {
  description = "Whether services find each other: `discovery` of a stack makes a Cloud Map namespace with its private zone, and each service is entered in it."
  type        = bool
  default     = false
  nullable    = false
}

variable "role_path" {
  description = "The path of the roles that pipelines make and hand over: `roles.path` of the other modules. Give one of its own, so that a pipeline changes no other role."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9_+=,.@-]+/)*$", var.role_path))
    error_message = "role_path: begin and end with a slash, such as /teams/build/."
  }
}

variable "permissions_boundary" {
  description = "ARN of the boundary that every role which a pipeline makes must have; null asks for none, and then a pipeline can make a role that may do more than itself."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", var.permissions_boundary))
    error_message = "permissions_boundary: give the ARN of an IAM policy."
  }
}

variable "policy_path" {
  description = "Path of the policies themselves."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([A-Za-z0-9_+=,.@-]+/)*$", var.policy_path))
    error_message = "policy_path: begin and end with a slash, such as /teams/build/."
  }
}
