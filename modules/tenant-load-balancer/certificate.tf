# A certificate for each of the tenant's names in the zone, if asked for. ACM finds a record there that only the zone's owner
# can make. One each: the proof of a name is the same in every certificate, and with the certificate of several names the
# old one would take along, as it goes, the record that the new one needs for its renewal.

locals {
  of_way_in = local.way_in_key == "first" ? "" : "${local.way_in_key} " # addresses of what belongs to one listener

  certified    = toset(local.balanced && var.load_balancer.make_certificate ? local.zone_names : [])
  certificates = { for name in local.certified : name => aws_acm_certificate_validation.this[name].certificate_arn }

  # Whose certificate is an own listener's first one: that of the first host name as long as it is one of the names. So none of them is
  # without its certificate for a moment when a host name and an alias change places.
  presented = contains(local.zone_names, coalesce(terraform_data.first.input.hostname, "-")) ? terraform_data.first.input.hostname : var.dns.hostname
}

resource "aws_acm_certificate" "this" {
  for_each = local.certified

  domain_name       = each.key
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = local.certified

  zone_id         = data.aws_route53_zone.this[0].zone_id
  name            = one(aws_acm_certificate.this[each.key].domain_validation_options[*].resource_record_name)
  type            = one(aws_acm_certificate.this[each.key].domain_validation_options[*].resource_record_type)
  records         = aws_acm_certificate.this[each.key].domain_validation_options[*].resource_record_value
  ttl             = 300
  allow_overwrite = true # a certificate made elsewhere for the name has the same
}

resource "aws_acm_certificate_validation" "this" {
  for_each = local.certified

  certificate_arn         = aws_acm_certificate.this[each.key].arn
  validation_record_fqdns = [aws_route53_record.validation[each.key].fqdn]
}

# A listener presents the certificate of the name it is asked for. One of them is an own listener's first one.
resource "aws_lb_listener_certificate" "this" {
  for_each = { for name in setsubtract(local.certified, local.own ? [local.presented] : []) : "${local.of_way_in}${name}" => name }

  listener_arn    = local.own ? aws_lb_listener.https[local.way_in_key].arn : var.load_balancer.shared.listener_arn
  certificate_arn = local.certificates[each.value]

  lifecycle {
    create_before_destroy = true
  }
}

# Those of names that are proved elsewhere, such as a customer's own.
resource "aws_lb_listener_certificate" "given" {
  for_each = local.balanced ? { for name, arn in var.load_balancer.certificates : "${local.of_way_in}${name}" => arn } : {}

  listener_arn    = local.own ? aws_lb_listener.https[local.way_in_key].arn : var.load_balancer.shared.listener_arn
  certificate_arn = each.value

  lifecycle {
    create_before_destroy = true
  }
}
