# One rule on a load balancer that many tenants share: requests for the tenant's host names are the tenant's. The priority
# is assigned once, so that no tenant's rule changes as others come and go.

data "aws_lb_listener" "shared" {
  count = local.shared ? 1 : 0

  arn = var.load_balancer.shared.listener_arn
}

resource "aws_lb_listener_rule" "shared" {
  count = local.shared ? 1 : 0

  listener_arn = var.load_balancer.shared.listener_arn
  priority     = var.load_balancer.shared.priority

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[0].arn
  }

  condition {
    host_header {
      values = local.host_names
    }
  }
}
