# Load balancers that tenants share, each with a listener that tenants put their host rules on. Each is a resource of its
# own under its number: one more leaves the others, and the rules on them, as they are.

locals {
  shared       = var.load_balancer == null ? toset([]) : toset([for number in range(1, var.load_balancer.count + 1) : tostring(number)])
  shared_https = var.load_balancer == null ? false : var.load_balancer.https == null ? var.load_balancer.certificate_arn != null : var.load_balancer.https
  shared_ports = local.shared_https ? { http = 80, https = 443 } : { http = 80 }

  entrances = var.load_balancer == null ? {} : merge([for who, block in var.load_balancer.allowed : {
    for protocol, port in local.shared_ports : "${who}-${protocol}" => { block = block, port = port }
  }]...)

  shared_certificates = var.load_balancer == null ? {} : merge([for number in local.shared : {
    for name, arn in var.load_balancer.certificates : "${number} ${name}" => { number = number, arn = arn }
  }]...)

  # 32 characters at most, the same for no other cluster of the region: the hash stands for what was cut off.
  shared_name = "${trim(substr(var.name, 0, 20), "-")}-${substr(sha256("${var.name}/shared"), 0, 8)}"

  shared_subnet_ids = try(var.load_balancer.internal, false) && local.private ? local.private_subnet_ids : local.load_balancer_subnet_ids
  vpc_cidr          = local.make_network ? var.network.cidr : one(data.aws_vpc.existing[*].cidr_block)
}

data "aws_vpc" "existing" {
  count = var.load_balancer != null && !local.make_network ? 1 : 0

  id = local.vpc_id
}

# What the load balancers were made as. AWS changes it only by others in their place, and their names are taken until the
# old ones are gone: with them the rules of all tenants, which this state does not know.
resource "terraform_data" "internal" {
  count = var.load_balancer == null ? 0 : 1

  input = var.load_balancer.internal

  lifecycle {
    ignore_changes = [input]
  }
}

resource "aws_lb" "shared" {
  #checkov:skip=CKV2_AWS_28:a firewall costs by the load balancer; to add one, use the ARN in the outputs
  #checkov:skip=CKV_AWS_150:deletion_protection is the caller's; what is destroyed every night has none
  #checkov:skip=CKV2_AWS_20:with a certificate port 80 redirects; without one HTTP is what was asked for

  for_each = local.shared

  name                       = "${local.shared_name}-${each.key}"
  load_balancer_type         = "application"
  internal                   = var.load_balancer.internal
  ip_address_type            = var.load_balancer.dual_stack ? "dualstack" : "ipv4"
  subnets                    = local.shared_subnet_ids
  security_groups            = concat([aws_security_group.shared[0].id, aws_security_group.load_balancers.id], values(var.load_balancer.security_groups))
  idle_timeout               = var.load_balancer.idle_seconds
  enable_deletion_protection = var.load_balancer.deletion_protection
  drop_invalid_header_fields = true

  dynamic "access_logs" {
    for_each = var.load_balancer.access_logs == null ? [] : [var.load_balancer.access_logs]

    content {
      enabled = true
      bucket  = access_logs.value.bucket
      prefix  = access_logs.value.prefix
    }
  }

  lifecycle {
    precondition {
      condition     = terraform_data.internal[0].output == var.load_balancer.internal
      error_message = "load_balancer.internal: AWS cannot change it. Each shared load balancer would be destroyed, with the rules of all tenants on it, before the other is made. Set it back to ${terraform_data.internal[0].output}; or move the tenants to load balancers of their own, apply this without shared ones, and then with the other kind."
    }
  }

  depends_on = [aws_route_table_association.public] # AWS refuses a public one without a way out
}

resource "aws_lb_listener" "shared" {
  #checkov:skip=CKV_AWS_2:with a certificate it speaks HTTPS; without one HTTP is what was asked for
  #checkov:skip=CKV_AWS_103:ssl_policy is the caller's, and TLS 1.2 and newer unless said otherwise

  for_each = aws_lb.shared

  load_balancer_arn = each.value.arn
  port              = local.shared_https ? 443 : 80
  protocol          = local.shared_https ? "HTTPS" : "HTTP"
  certificate_arn   = var.load_balancer.certificate_arn
  ssl_policy        = local.shared_https ? var.load_balancer.ssl_policy : null

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Nobody lives here."
      status_code  = "404"
    }
  }
}

# A listener presents the certificate of the name it is asked for.
resource "aws_lb_listener_certificate" "shared" {
  for_each = local.shared_certificates

  listener_arn    = aws_lb_listener.shared[each.value.number].arn
  certificate_arn = each.value.arn
}

resource "aws_lb_listener" "redirect" {
  for_each = local.shared_https ? aws_lb.shared : {}

  load_balancer_arn = each.value.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }

  depends_on = [aws_lb_listener.shared] # which leaves port 80 when a certificate comes later
}

# Who may come in, for all of them; they reach the nodes as members of the other group.
resource "aws_security_group" "shared" {
  count = var.load_balancer == null ? 0 : 1

  name_prefix = "${var.name}-shared-"
  description = "Shared load balancers of ${var.name}"
  vpc_id      = local.vpc_id
  tags        = { Name = "${var.name}-shared" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "shared" {
  for_each = local.entrances

  description       = each.key
  security_group_id = aws_security_group.shared[0].id
  cidr_ipv4         = strcontains(each.value.block, ":") ? null : each.value.block
  cidr_ipv6         = strcontains(each.value.block, ":") ? each.value.block : null
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

# Tasks with addresses of their own (awsvpc) are let in by their own groups; a rule for each here would end at 60.
resource "aws_vpc_security_group_egress_rule" "shared" {
  count = var.load_balancer == null ? 0 : 1

  description       = "Tasks in the network"
  security_group_id = aws_security_group.shared[0].id
  cidr_ipv4         = local.vpc_cidr
  ip_protocol       = "tcp"
  from_port         = 1
  to_port           = 65535
}
