# A move: another launch type, capacity, network mode or load balancer. The new service stands beside the old one, the way in
# turns when it is steady, and only then the old things go, each after what needed it.

locals {
  lasting = { Name = local.name } # what AWS calls a service, a target group and a load balancer changes with a move
}

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
  input = { way_in = local.way_in_key, service = local.service_key, moving = local.moving != null, names = local.host_names }

  depends_on = [
    aws_appautoscaling_policy.in,
    aws_appautoscaling_policy.out,
    aws_appautoscaling_policy.track,
    aws_appautoscaling_scheduled_action.this,
    aws_appautoscaling_target.bounds,
    aws_cloudwatch_metric_alarm.high,
    aws_cloudwatch_metric_alarm.low,
    aws_ecs_service.this,
    aws_lb_listener_rule.shared,
    aws_lb_listener_rule.turned,
    terraform_data.resolvers,
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
  from = aws_lb_target_group.this[0]
  to   = aws_lb_target_group.this["first"]
}

moved {
  from = aws_ecs_service.this
  to   = aws_ecs_service.this["first"]
}

moved {
  from = aws_appautoscaling_target.this[0]
  to   = aws_appautoscaling_target.this["first"]
}

moved {
  from = aws_appautoscaling_policy.out[0]
  to   = aws_appautoscaling_policy.out["first"]
}

moved {
  from = aws_appautoscaling_policy.in[0]
  to   = aws_appautoscaling_policy.in["first"]
}

moved {
  from = aws_service_discovery_service.this[0]
  to   = aws_service_discovery_service.this["first"]
}

moved {
  from = aws_route53_record.alias
  to   = aws_route53_record.this
}
