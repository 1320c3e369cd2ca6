# The cheapest: all spot with one maximum bid, by a launch configuration (for accounts that may still make one), public
# nodes without a NAT gateway, one load balancer for all tenants.

variable "spot_max_price" {
  description = "The maximum bid, in US dollars an hour."
  type        = string
  default     = "0.03"
}

variable "certificate_arn" {
  description = "Certificate of the tenants' domain; without one they are served by HTTP."
  type        = string
  default     = null
}

module "cluster" {
  source = "../.."

  name    = "example-classic"
  network = { cidr = "10.200.0.0/16", nat = "none" }

  capacity = {
    kind           = "launch_configuration"
    instance_types = ["t3.medium"]
    spot_max_price = var.spot_max_price
    max            = 3
  }

  load_balancer   = { certificate_arn = var.certificate_arn }
  registry_secret = "registry-login"
  insights        = { mode = "disabled" }
}

output "cluster" {
  description = "All that the module gives out."
  value       = module.cluster
}
