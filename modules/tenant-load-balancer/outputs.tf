output "targets" {
  description = "What the module tenant-service takes as `target`, by service; empty without a load balancer. Where it is known, requests find the service."
  value = { for service, target in var.targets : service => {
    mode                     = var.load_balancer.mode
    fact                     = local.facts[service][target.target_type]
    identity                 = local.ways_in[service][target.target_type]
    target_group_arn         = aws_lb_target_group.this[local.groups[service]].arn
    target_group_arn_suffix  = aws_lb_target_group.this[local.groups[service]].arn_suffix
    load_balancer_arn_suffix = local.own ? local.load_balancer.arn_suffix : var.load_balancer.shared.arn_suffix
    security_group_id        = local.own ? aws_security_group.load_balancer[0].id : var.load_balancer.shared.security_group_id
    drain_seconds            = target.drain_seconds
  } if local.balanced }

  # ECS refuses a target group that no load balancer uses yet, and a target that no request reaches never becomes healthy. What a service
  # waits for when it is made, also stays until it is gone.
  depends_on = [
    aws_lb_listener.http,
    aws_lb_listener.https,
    aws_lb_listener_certificate.given,
    aws_lb_listener_certificate.this,
    aws_lb_listener_rule.attached,
    aws_lb_listener_rule.shared,
    aws_vpc_security_group_ingress_rule.load_balancer,
  ]
}

output "first" {
  description = "What the tenant was made with, for good: what the module tenant-service takes as `first` for the first service."
  value       = terraform_data.first.input
}

output "url" {
  description = "Where the tenant finds the application; null without a load balancer."
  value       = local.balanced ? "${local.https ? "https" : "http"}://${var.dns.hostname}" : null
}

output "arn" {
  description = "ARN of the tenant's own load balancer; null when it has none."
  value       = try(local.load_balancer.arn, null)
}

output "dns_name" {
  description = "The load balancer's own name, for a look before the alias is known everywhere; null without one."
  value       = local.entrance.dns_name
}

output "arn_suffix" {
  description = "What CloudWatch calls the load balancer, own or shared, for metrics of one's own; null without one."
  value       = local.own ? local.load_balancer.arn_suffix : local.shared ? var.load_balancer.shared.arn_suffix : null
}

output "security_group_id" {
  description = "Security group that says who may connect to the tenant's own load balancer; null when it has none."
  value       = one(aws_security_group.load_balancer[*].id)
}

output "target_group_arns" {
  description = "Target groups that the tasks join: service => ARN; empty without a load balancer."
  value       = local.balanced ? { for service, group in local.groups : service => aws_lb_target_group.this[group].arn } : {}
}

output "certificate_arns" {
  description = "Certificates made for the tenant's names: name => ARN; empty when none were asked for."
  value       = local.certificates
}

output "alarms" {
  description = "Names of the alarms that a person should know of: what it watches => name."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.watch : name => alarm.alarm_name }
}

output "services_security_group_id" {
  description = "The group of `services_group`; null without one."
  value       = one(aws_security_group.services[*].id)
}

output "numbers" {
  description = "Numbers of the rules of services with a path on a load balancer of the tenant's own: service => priority."
  value       = { for service in keys(local.own_paths) : service => local.numbers[service] }
}
