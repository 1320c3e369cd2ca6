resource "aws_s3_bucket" "logs" {
  bucket        = "everything-balancer-logs"
  force_destroy = true
}

resource "aws_lb" "this" {
  name                       = "everything"
  load_balancer_type         = "application"
  security_groups            = [aws_security_group.balancer.id]
  subnets                    = data.aws_subnets.default.ids
  idle_timeout               = local.second ? 120 : 90
  drop_invalid_header_fields = true
  enable_deletion_protection = false
  enable_http2               = true
  desync_mitigation_mode     = "strictest"

  access_logs {
    bucket  = aws_s3_bucket.logs.bucket
    prefix  = "alb"
    enabled = true
  }

  connection_logs {
    bucket  = aws_s3_bucket.logs.bucket
    prefix  = "connections"
    enabled = true
  }
}

resource "aws_lb_target_group" "instance" {
  name                              = "everything-instance"
  port                              = 80
  protocol                          = "HTTP"
  vpc_id                            = data.aws_vpc.default.id
  target_type                       = "instance"
  deregistration_delay              = local.second ? 5 : 15
  slow_start                        = 30
  load_balancing_algorithm_type     = "round_robin"
  load_balancing_cross_zone_enabled = "use_load_balancer_configuration"

  health_check {
    path                = local.second ? "/up" : "/health"
    matcher             = "200-299"
    interval            = 10
    timeout             = 4
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  stickiness {
    enabled         = !local.second
    type            = "lb_cookie"
    cookie_duration = 3600
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_target_group" "ip" {
  name_prefix                   = "evr-"
  port                          = 80
  protocol                      = "HTTP"
  protocol_version              = "HTTP1"
  vpc_id                        = data.aws_vpc.default.id
  target_type                   = "ip"
  load_balancing_algorithm_type = "least_outstanding_requests"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_target_group" "fleet" {
  name     = "everything-fleet"
  port     = 80
  protocol = "HTTP"
  vpc_id   = data.aws_vpc.default.id
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.this.certificate_arn

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = local.second ? "nobody" : "no such tenant"
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_certificate" "more" {
  listener_arn    = aws_lb_listener.https.arn
  certificate_arn = aws_acm_certificate_validation.more.certificate_arn
}

resource "aws_lb_listener_rule" "host" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 10

  condition {
    host_header {
      values = local.second ? ["acme.example.com"] : ["acme.example.com", "www.acme.example.com"]
    }
  }

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.instance.arn
  }
}

resource "aws_lb_listener_rule" "path" {
  listener_arn = aws_lb_listener.https.arn
  priority     = local.second ? 30 : 20

  condition {
    path_pattern {
      values = ["/api/*"]
    }
  }

  condition {
    source_ip {
      values = ["10.0.0.0/8"]
    }
  }

  condition {
    http_header {
      http_header_name = "x-tenant"
      values           = ["acme"]
    }
  }

  action {
    type = "forward"

    forward {
      target_group {
        arn    = aws_lb_target_group.instance.arn
        weight = 80
      }

      target_group {
        arn    = aws_lb_target_group.ip.arn
        weight = 20
      }

      stickiness {
        enabled  = true
        duration = 600
      }
    }
  }
}

resource "aws_wafv2_web_acl" "this" {
  name  = "everything"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = false
    metric_name                = "everything"
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}
