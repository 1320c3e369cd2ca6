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

variable "repositories" {
  description = "Names of the repositories, one for each image."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.repositories) > 0 && alltrue([for name in var.repositories : can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", name))])
    error_message = "repositories: use lower-case letters and digits, with one of . _ / - between them."
  }
}

variable "kept" {
  description = "How many images of a repository are kept."
  type        = number
  default     = 200
  nullable    = false

  validation {
    condition     = var.kept >= 1 && floor(var.kept) == var.kept
    error_message = "kept: a whole number, 1 or more."
  }
}

variable "pull_accounts" {
  description = "Other accounts that may pull, each with twelve digits."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for account in var.pull_accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "pull_accounts: every account has twelve digits."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts images; null for AWS's own."
  type        = string
  default     = null
}
