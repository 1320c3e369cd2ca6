# A move: another launch type, capacity, network mode or load balancer. The new service stands beside the old one, the way in
# turns when it is steady, and only then the old things go, each after what needed it (modules/tenant-load-balancer/moves.tf).

locals {
  lasting = { Name = local.name } # what AWS calls a service changes with a move
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

# On its way to the module tenant-load-balancer.
moved {
  from = aws_route53_record.alias
  to   = aws_route53_record.this
}
