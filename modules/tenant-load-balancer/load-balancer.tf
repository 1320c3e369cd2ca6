# A load balancer of the tenant's own. It forwards to the service that answers for every path; rules lead to the others.

locals {
  own      = var.load_balancer.mode == "own"
  shared   = var.load_balancer.mode == "shared"
  balanced = local.own || local.shared

  # A shared listener is only known when it is there; the own ones' number must be known before.
  own_https = local.own && (var.load_balancer.certificate_arn != null || var.load_balancer.make_certificate)
  https     = local.shared ? data.aws_lb_listener.shared[0].protocol == "HTTPS" : local.own_https

  default_group = local.catch_all == null ? null : local.groups[local.catch_all]
}

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_28:a firewall costs by the load balancer; to add one, use the ARN in the outputs
  #checkov:skip=CKV_AWS_150:deletion_protection is the caller's; what is destroyed every night has none
  #checkov:skip=CKV_AWS_91:access_logs names the bucket of who wants them; none is made for each tenant
  #checkov:skip=CKV2_AWS_20:with a certificate port 80 redirects; without one HTTP is what was asked for

  for_each = local.own ? toset([local.way_in_key]) : toset([])

  name                       = local.load_balancer_name
  load_balancer_type         = "application"
  internal                   = var.load_balancer.internal
  ip_address_type            = var.load_balancer.dual_stack ? "dualstack" : "ipv4"
  subnets                    = var.cluster.load_balancer_subnet_ids
  security_groups            = concat([aws_security_group.load_balancer[0].id, var.cluster.load_balancer_security_group_id], values(var.load_balancer.security_groups))
  idle_timeout               = var.load_balancer.idle_seconds
  enable_deletion_protection = var.load_balancer.deletion_protection
  drop_invalid_header_fields = true

  dynamic "access_logs" {
    for_each = var.load_balancer.access_logs[*]

    content {
      enabled = true
      bucket  = access_logs.value.bucket
      prefix  = coalesce(access_logs.value.prefix, "${var.stack}/${var.tenant}")
    }
  }

  tags = { Name = local.name } # what AWS calls it changes with a move

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "https" {
  #checkov:skip=CKV_AWS_103:ssl_policy is the caller's, and TLS 1.2 and newer unless said otherwise

  for_each = local.own_https ? toset([local.way_in_key]) : toset([])

  load_balancer_arn = aws_lb.this[each.key].arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = var.load_balancer.make_certificate ? local.certificates[local.presented] : var.load_balancer.certificate_arn
  ssl_policy        = var.load_balancer.ssl_policy

  default_action {
    type             = local.default_group == null ? "fixed-response" : "forward"
    target_group_arn = local.default_group == null ? null : aws_lb_target_group.this[local.default_group].arn

    dynamic "fixed_response" {
      for_each = local.default_group == null ? [404] : []

      content {
        content_type = "text/plain"
        status_code  = fixed_response.value
        message_body = "Not found."
      }
    }
  }
}

# Port 80 serves, or sends to HTTPS: one listener in both cases, so that a change from one to the other is a change in place.
resource "aws_lb_listener" "http" {
  #checkov:skip=CKV_AWS_2:with a certificate it only redirects; without one HTTP is what was asked for
  #checkov:skip=CKV_AWS_103:it speaks HTTP and has no TLS to choose a version of

  for_each = local.own ? toset([local.way_in_key]) : toset([])

  load_balancer_arn = aws_lb.this[each.key].arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = local.own_https ? "redirect" : local.default_group == null ? "fixed-response" : "forward"
    target_group_arn = local.own_https || local.default_group == null ? null : aws_lb_target_group.this[local.default_group].arn

    dynamic "redirect" {
      for_each = local.own_https ? [443] : []

      content {
        protocol    = "HTTPS"
        port        = redirect.value
        status_code = "HTTP_301"
      }
    }

    dynamic "fixed_response" {
      for_each = local.default_group == null && !local.own_https ? [404] : []

      content {
        content_type = "text/plain"
        status_code  = fixed_response.value
        message_body = "Not found."
      }
    }
  }

  depends_on = [aws_lb_listener.https]
}
