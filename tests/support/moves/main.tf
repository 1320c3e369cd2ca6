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

variable "namespace" {
  type    = any
  default = null
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

variable "services" {
  type    = any
  default = {}
}

variable "builds" {
  type    = map(string)
  default = {}
}

locals {
  shared = try(var.load_balancer.shared, null)
}

# The shipped root, as the tool applies it.
module "tenant" {
  source = "../../../src/appcluster/tenant"

  region  = "ap-southeast-2"
  stack     = "moves"
  tenant    = var.tenant
  cluster   = var.cluster
  namespace = var.namespace

  images         = merge({ service1 = "registry.example.com/web" }, { for name in keys(var.builds) : name => "registry.example.com/${name}" })
  service1-build = var.build
  builds         = var.builds
  services       = merge({ service1 = { port = var.port } }, var.services)
  size           = { memory = 256 }

  task         = var.task
  deployment   = merge({ wait_minutes = 1 }, var.deployment)
  health_check = var.health_check
  scaling      = var.scaling

  load_balancer = merge({ mode = "own", linger_seconds = 3 }, { for setting, value in var.load_balancer : setting => value if setting != "shared" })

  shared_load_balancers = { for balancer in local.shared[*] : balancer.name => merge(balancer, { arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:loadbalancer/${balancer.arn_suffix}" }) }

  allotment = local.shared == null ? null : {
    load_balancer = tonumber(local.shared.name)
    priority      = local.shared.priority
    moving        = local.shared.moving
    rules         = try(local.shared.rules, {})
  }

  zone      = "example.com"
  domain    = "example.com"
  hostname  = try(var.dns.hostname, "${var.tenant}.example.com")
  aliases   = try(var.dns.aliases, [])
  discovery = try(var.dns.discovery, null)
}

output "services" {
  value = module.tenant.services
}
