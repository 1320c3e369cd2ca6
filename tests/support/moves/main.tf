# One tenant, whose settings are whatever a move changes.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "ap-southeast-2"
}

variable "tenant" {
  type = string
}

variable "cluster" {
  type = any
}

variable "build" {
  type    = string
  default = "1"
}

variable "port" {
  type    = number
  default = 8080
}

variable "task" {
  type    = any
  default = {}
}

variable "load_balancer" {
  type    = any
  default = {}
}

variable "deployment" {
  type    = any
  default = {}
}

variable "health_check" {
  type    = any
  default = {}
}

variable "scaling" {
  type    = any
  default = {}
}

variable "dns" {
  type    = any
  default = {}
}

module "service" {
  source = "../../../modules/tenant-service"

  stack   = "moves"
  tenant  = var.tenant
  cluster = var.cluster

  containers = {
    web = { image = "registry.example.com/web:${var.build}", port = var.port, memory = 256 }
  }

  task          = var.task
  load_balancer = merge({ linger_seconds = 3 }, var.load_balancer)
  deployment    = merge({ wait_minutes = 1 }, var.deployment)
  health_check  = var.health_check
  scaling       = var.scaling
  dns           = merge({ zone = "example.com", hostname = "${var.tenant}.example.com" }, var.dns)
}

output "services" {
  value = module.service.services
}
