# One certificate for all tenants, proved by a record in the zone.

data "aws_route53_zone" "this" {
  count = var.certificate ? 1 : 0

  name = var.zone
}

resource "aws_acm_certificate" "tenants" {
  count = var.certificate ? 1 : 0

  domain_name       = "*.${var.domain}"
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "proof" {
  for_each = var.certificate ? toset(["*.${var.domain}"]) : toset([])

  zone_id         = data.aws_route53_zone.this[0].zone_id
  name            = one([for option in aws_acm_certificate.tenants[0].domain_validation_options : option.resource_record_name if option.domain_name == each.key])
  type            = one([for option in aws_acm_certificate.tenants[0].domain_validation_options : option.resource_record_type if option.domain_name == each.key])
  records         = [for option in aws_acm_certificate.tenants[0].domain_validation_options : option.resource_record_value if option.domain_name == each.key]
  ttl             = 300
  allow_overwrite = true # the same proof serves every certificate of this domain
}

resource "aws_acm_certificate_validation" "tenants" {
  count = var.certificate ? 1 : 0

  certificate_arn         = aws_acm_certificate.tenants[0].arn
  validation_record_fqdns = [for record in aws_route53_record.proof : record.fqdn]
}
