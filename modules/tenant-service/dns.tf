data "aws_route53_zone" "this" {
  name         = var.dns.zone
  private_zone = var.load_balancer.internal
}

resource "aws_route53_record" "this" {
  for_each = var.load_balancer.dual_stack ? toset(["A", "AAAA"]) : toset(["A"])

  zone_id = data.aws_route53_zone.this.zone_id
  name    = var.dns.hostname
  type    = each.key

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}
