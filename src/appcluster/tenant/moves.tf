# From a tenant of version 0.1, which had one service with its load balancer in one module. Nothing is replaced.

moved {
  from = module.service
  to   = module.service["service1"]
}

moved {
  from = module.service["service1"].aws_acm_certificate.this
  to   = module.load_balancer.aws_acm_certificate.this
}

moved {
  from = module.service["service1"].aws_acm_certificate_validation.this
  to   = module.load_balancer.aws_acm_certificate_validation.this
}

moved {
  from = module.service["service1"].aws_lb.this
  to   = module.load_balancer.aws_lb.this
}

moved {
  from = module.service["service1"].aws_lb_listener.http
  to   = module.load_balancer.aws_lb_listener.http
}

moved {
  from = module.service["service1"].aws_lb_listener.https
  to   = module.load_balancer.aws_lb_listener.https
}

moved {
  from = module.service["service1"].aws_lb_listener_certificate.given
  to   = module.load_balancer.aws_lb_listener_certificate.given
}

moved {
  from = module.service["service1"].aws_lb_listener_certificate.this
  to   = module.load_balancer.aws_lb_listener_certificate.this
}

moved {
  from = module.service["service1"].aws_lb_listener_rule.shared
  to   = module.load_balancer.aws_lb_listener_rule.shared
}

moved {
  from = module.service["service1"].aws_lb_listener_rule.turned
  to   = module.load_balancer.aws_lb_listener_rule.turned
}

moved {
  from = module.service["service1"].aws_lb_target_group.this
  to   = module.load_balancer.aws_lb_target_group.this
}

moved {
  from = module.service["service1"].aws_route53_record.this
  to   = module.load_balancer.aws_route53_record.this
}

moved {
  from = module.service["service1"].aws_route53_record.validation
  to   = module.load_balancer.aws_route53_record.validation
}

moved {
  from = module.service["service1"].aws_security_group.load_balancer
  to   = module.load_balancer.aws_security_group.load_balancer
}

moved {
  from = module.service["service1"].aws_vpc_security_group_ingress_rule.load_balancer
  to   = module.load_balancer.aws_vpc_security_group_ingress_rule.load_balancer
}

moved {
  from = module.service["service1"].terraform_data.first
  to   = module.load_balancer.terraform_data.first
}

moved {
  from = module.service["service1"].terraform_data.named
  to   = module.load_balancer.terraform_data.named
}

moved {
  from = module.service["service1"].terraform_data.resolvers
  to   = module.load_balancer.terraform_data.resolvers
}

moved {
  from = module.service["service1"].terraform_data.serving
  to   = module.load_balancer.terraform_data.serving
}

moved {
  from = module.service["service1"].aws_cloudwatch_metric_alarm.watch["load-balancer-5xx"]
  to   = module.load_balancer.aws_cloudwatch_metric_alarm.watch["load-balancer-5xx"]
}
