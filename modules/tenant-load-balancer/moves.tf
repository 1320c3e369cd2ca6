# A move: another launch type, capacity, network mode or load balancer. The new service stands beside the old one, the way in
# turns when it is steady, and only then the old things go, each after what needed it.

# Resolvers give the old load balancer's address for as long as they may keep it: a minute for an alias of one. The provider
# waits until Route 53 has the new one everywhere; from then on the old way in serves this long. Not for a tenant that is new.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias.html
resource "terraform_data" "resolvers" {
  count = local.balanced ? 1 : 0

  triggers_replace = [local.entrance.dns_name]

  provisioner "local-exec" {
    command = "sleep ${terraform_data.first.input.at == plantimestamp() ? 0 : var.load_balancer.linger_seconds}"
  }

  depends_on = [aws_route53_record.this]
}

# Whatever a move leaves behind waits for this: it depends on all that serves, so it changes when the new is in place. (What is
# new has no past in the state, and Terraform orders what goes only after what was there and changed.)
resource "terraform_data" "serving" {
  input = merge(
    { way_in = local.way_in_key, service = lookup(var.serving, var.first_service.name, null), moving = length(local.moving) > 0, names = local.host_names },
    { for service, key in var.serving : "service ${service}" => key if service != var.first_service.name },
  )

  depends_on = [
    aws_lb_listener_rule.path,
    aws_lb_listener_rule.shared,
    aws_lb_listener_rule.turned,
    terraform_data.resolvers,
    var.serving,
  ]
}

moved {
  from = aws_lb.this[0]
  to   = aws_lb.this["first"]
}

moved {
  from = aws_lb_listener.http[0]
  to   = aws_lb_listener.http["first"]
}

moved {
  from = aws_lb_listener.https[0]
  to   = aws_lb_listener.https["first"]
}

moved {
  from = aws_lb_listener_rule.shared[0]
  to   = aws_lb_listener_rule.shared["first"]
}

moved {
  from = aws_lb_listener_rule.turned[0]
  to   = aws_lb_listener_rule.turned["service1"]
}

moved {
  from = aws_lb_target_group.this[0]
  to   = aws_lb_target_group.this["first"]
}
