# The address, its certificate, and the name by which agents reach the controller's own port.

data "aws_route53_zone" "this" {
  name         = var.address.zone
  private_zone = var.address.private_zone
}

resource "aws_route53_record" "this" {
  zone_id = data.aws_route53_zone.this.zone_id
  name    = var.address.hostname
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}

resource "aws_acm_certificate" "this" {
  count = local.make_certificate ? 1 : 0

  domain_name       = var.address.hostname
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  count = local.make_certificate ? 1 : 0

  zone_id         = data.aws_route53_zone.this.zone_id
  name            = one(aws_acm_certificate.this[0].domain_validation_options[*].resource_record_name)
  type            = one(aws_acm_certificate.this[0].domain_validation_options[*].resource_record_type)
  records         = aws_acm_certificate.this[0].domain_validation_options[*].resource_record_value
  ttl             = 300
  allow_overwrite = true # a certificate made elsewhere for the name has the same
}

resource "aws_acm_certificate_validation" "this" {
  count = local.make_certificate ? 1 : 0

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [aws_route53_record.validation[0].fqdn]
}

# An application load balancer speaks HTTP alone. Agents that speak Jenkins' own protocol go to the task itself, by a name in the
# network that ECS keeps.
locals {
  agents_domain = "${var.name}.internal"
  agents_host   = "controller.${local.agents_domain}"

  # What Jenkins tells agents where it listens, and where they connect instead of asking.
  agents_hostname = coalesce(var.agents.hostname, local.agents_host)
  agents_tunnel   = coalesce(var.agents.tunnel, "${local.agents_hostname}:${var.agents.port}")
}

resource "aws_service_discovery_private_dns_namespace" "agents" {
  count = local.tcp ? 1 : 0

  name        = local.agents_domain
  description = "Where agents find the Jenkins controller ${var.name}"
  vpc         = var.network.vpc_id
}

resource "aws_service_discovery_service" "agents" {
  count = local.tcp ? 1 : 0

  name          = "controller"
  force_destroy = true # ECS may still be taking the last task out

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.agents[0].id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10
    }
  }
}
