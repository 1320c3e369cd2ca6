resource "aws_acm_certificate" "this" {
  domain_name               = "everything.example.com"
  subject_alternative_names = ["*.everything.example.com"]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = {
    for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option
    if !startswith(option.domain_name, "*")
  }

  zone_id         = data.aws_route53_zone.example.zone_id
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 60
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_acm_certificate" "more" {
  domain_name       = "more.example.com"
  validation_method = "DNS"
}

resource "aws_acm_certificate_validation" "more" {
  certificate_arn = aws_acm_certificate.more.arn
}

resource "aws_route53_record" "alias" {
  for_each = toset(["A", "AAAA"])

  zone_id = data.aws_route53_zone.example.zone_id
  name    = "acme.example.com"
  type    = each.value

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "wildcard" {
  zone_id = data.aws_route53_zone.example.zone_id
  name    = "*.everything.example.com"
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "weighted" {
  for_each = { blue = 90, green = 10 }

  zone_id        = data.aws_route53_zone.example.zone_id
  name           = "weighted.example.com"
  type           = "CNAME"
  ttl            = 30
  records        = ["${each.key}.example.com"]
  set_identifier = each.key

  weighted_routing_policy {
    weight = each.value
  }
}

resource "aws_route53_zone" "own" {
  name = "everything.internal"

  vpc {
    vpc_id = aws_vpc.own.id
  }
}

resource "aws_service_discovery_private_dns_namespace" "dns" {
  name = "svc.internal"
  vpc  = data.aws_vpc.default.id
}

resource "aws_service_discovery_http_namespace" "connect" {
  name = "everything"
}

resource "aws_service_discovery_service" "web" {
  name          = "web"
  force_destroy = true # its tasks leave it a moment after the service that runs them

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.dns.id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10
    }
  }

  health_check_custom_config {
    failure_threshold = 1
  }
}
