variable "tenant" {
  type = string
}

variable "cluster" {
  type = string
}

variable "domain" {
  type = string
}

variable "hostname" {
  type = string
}

variable "value" {
  type    = string
  default = "nothing"
}

variable "service1-build" {
  type    = string
  default = "1"
}

variable "load_balancer" {
  type    = object({ mode = string })
  default = { mode = "own" }
}

variable "allotment" {
  type    = object({ load_balancer = number, priority = number })
  default = null
}

variable "api_key" {
  type      = string
  default   = ""
  sensitive = true
}

variable "command" {
  description = "What a provisioner runs; empty for no provisioner."
  type        = string
  default     = ""
}

module "value" {
  source = "../../../modules/value"
  value  = "${var.tenant}: ${var.value} on ${var.cluster}"
}

resource "terraform_data" "service" {
  input = { build = var.service1-build, allotment = var.allotment }
}

resource "terraform_data" "command" {
  count            = var.command == "" ? 0 : 1
  triggers_replace = var.command

  provisioner "local-exec" {
    command = var.command
  }

  depends_on = [module.value, terraform_data.service]
}

output "value" {
  value = module.value.value
}

output "url" {
  value = "https://${var.hostname}"
}
