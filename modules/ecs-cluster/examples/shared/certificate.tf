# One certificate for all tenants: *.shared.example.com, proved by a record in the zone.

data "aws_route53_zone" "this" {
  name = "example.com"
}

resource "aws_acm_certificate" "tenants" {
  #checkov:skip=CKV2_AWS_71:one certificate for all tenants is the point: a name for each below one domain

  domain_name       = "*.shared.example.com"
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "proof" {
  zone_id         = data.aws_route53_zone.this.zone_id
  name            = one(aws_acm_certificate.tenants.domain_validation_options).resource_record_name
  type            = one(aws_acm_certificate.tenants.domain_validation_options).resource_record_type
  records         = [one(aws_acm_certificate.tenants.domain_validation_options).resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "tenants" {
  certificate_arn         = aws_acm_certificate.tenants.arn
  validation_record_fqdns = [aws_route53_record.proof.fqdn]
}
