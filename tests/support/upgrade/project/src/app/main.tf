variable "region" {
  type = string
}

variable "owner" {
  type = string
}

variable "domain" {
  type = string
}

variable "load_balancers" {
  type    = number
  default = 1
}

module "cluster" {
  source = "../../modules/value"
  value  = "${var.region}-${var.domain}-${var.owner}"
}

resource "terraform_data" "load_balancer" {
  count = var.load_balancers
  input = "balancer-${count.index + 1}"
}

output "cluster" {
  value = module.cluster.value
}

output "shared_load_balancers" {
  value = { for index, one in terraform_data.load_balancer : tostring(index + 1) => one.output }
}
