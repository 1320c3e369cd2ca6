# What the validations look up. They may look at variables, but not at what is made of them: Terraform calls that a cycle.

locals {
  host_name = "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$"
}
