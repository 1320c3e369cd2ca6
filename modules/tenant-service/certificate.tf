# A certificate for the tenant's names in the zone, if asked for: ACM finds a record there that only the zone's owner can make.

locals {
  certified = local.balanced && var.load_balancer.make_certificate ? local.zone_names : []
}

resource "aws_acm_certificate" "this" {
  count = length(local.certified) == 0 ? 0 : 1

  domain_name               = var.dns.hostname
  subject_alternative_names = setsubtract(local.certified, [var.dns.hostname])
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = toset(local.certified)

  zone_id         = data.aws_route53_zone.this[0].zone_id
  name            = one([for option in aws_acm_certificate.this[0].domain_validation_options : option.resource_record_name if option.domain_name == each.key])
  type            = one([for option in aws_acm_certificate.this[0].domain_validation_options : option.resource_record_type if option.domain_name == each.key])
  records         = [one([for option in aws_acm_certificate.this[0].domain_validation_options : option.resource_record_value if option.domain_name == each.key])]
  ttl             = 60
  allow_overwrite = true # the same for every certificate of a name, so the next one finds it there
}

resource "aws_acm_certificate_validation" "this" {
  count = length(local.certified) == 0 ? 0 : 1

  certificate_arn         = aws_acm_certificate.this[0].arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}
