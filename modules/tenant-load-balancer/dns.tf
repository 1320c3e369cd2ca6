# The names that lead to the load balancer. They move last: when each service behind it is steady, and scales.

locals {
  zone         = coalesce(var.dns.zone, "-")
  host_names   = sort(concat(compact([var.dns.hostname]), tolist(var.dns.aliases)))
  zone_names   = [for name in local.host_names : name if endswith(".${name}", ".${local.zone}")]
  record_types = !local.balanced ? [] : var.load_balancer.dual_stack ? ["A", "AAAA"] : ["A"]

  # By name and type; those of the tenant's first host name by type alone, as version 0.1 called them. Which of its names is the
  # host name is no part of it, so a host name and an alias change places without a change in DNS.
  records = merge([for name in local.zone_names : {
    for type in local.record_types : (name == terraform_data.first.input.hostname ? type : "${name} ${type}") => { name = name, type = type }
  }]...)

  entrance = {
    dns_name = local.shared ? var.load_balancer.shared.dns_name : try(local.load_balancer.dns_name, null)
    zone_id  = local.shared ? var.load_balancer.shared.zone_id : try(local.load_balancer.zone_id, null)
  }
}

data "aws_route53_zone" "this" {
  count = local.balanced ? 1 : 0

  name         = var.dns.zone
  private_zone = var.load_balancer.internal
}

resource "aws_route53_record" "this" {
  for_each = local.records

  zone_id = data.aws_route53_zone.this[0].zone_id
  name    = each.value.name
  type    = each.value.type

  alias {
    name                   = local.entrance.dns_name
    zone_id                = local.entrance.zone_id
    evaluate_target_health = true
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_lb_listener_rule.path, aws_lb_listener_rule.turned, var.serving]
}

# Which names the tenant has, since its last good apply. The rule on a shared load balancer, and a listener's first certificate, take a
# new host name before the service and the old one's record leave it: an apply that fails between would leave the tenant without any.
# (A tenant whose first apply failed has no names yet; it may have the one that it began with.)
resource "terraform_data" "named" {
  for_each = toset(local.host_names)

  input = plantimestamp()

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition = self.input != plantimestamp() || each.key != var.dns.hostname || coalesce(terraform_data.first.input.hostname, each.key) == each.key || terraform_data.first.input.at == plantimestamp() || !(
        local.shared || (local.own && var.load_balancer.make_certificate)
      )
      error_message = "dns.hostname: ${each.key} is new to the tenant, and the old name would go before the new one answers. Apply three times: with the new name in dns.aliases; then as dns.hostname, with the old one in dns.aliases; then without the old one."
    }
  }

  depends_on = [terraform_data.serving]
}
