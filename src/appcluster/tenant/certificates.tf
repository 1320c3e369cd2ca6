# Which of the tenant's names a certificate covers. The module proves names by itself where it makes the certificates.

locals {
  certified_by_the_stack = var.certificate_arn != null && var.load_balancer.mode != "none" && !var.load_balancer.make_certificate
  certified              = concat(["*.${var.domain}"], keys(coalesce(var.load_balancer.certificates, {})))
}
