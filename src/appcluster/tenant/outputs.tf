output "url" {
  description = "Where the tenant finds the application; null without a load balancer."
  value       = module.load_balancer.url
}

output "images" {
  description = "What runs: container => image; of another service than service1 service/container."
  value       = merge([for name, service in module.service : { for container, image in service.images : "${local.prefixes[name]}${container}" => image }]...)
}

output "services" {
  description = "What the apply promised: tenant (and tenant/service) => cluster, service, task definition and target groups. The tool checks them."
  value       = merge([for service in module.service : service.services]...)
}

output "service_name" {
  description = "Name of the ECS service: of service1, or of the first by name."
  value       = local.first.service_name
}

output "task_definition_arn" {
  description = "The revision that runs of that service."
  value       = local.first.task_definition_arn
}

output "log_group" {
  description = "Log group of that service's containers."
  value       = local.first.log_group
}

output "load_balancer_dns_name" {
  description = "The load balancer's own name; null without one."
  value       = module.load_balancer.dns_name
}

output "alarms" {
  description = "Names of the alarms that a person should know of: what it watches => name; of another service than service1 service/what."
  value       = merge(concat([module.load_balancer.alarms], [for name, service in module.service : { for what, alarm in service.alarms : "${local.prefixes[name]}${what}" => alarm }])...)
}

output "queues" {
  description = "Queues of the queue tasks: name => url, arn, and the dead-letter queue's url; of another service than service1 service/name."
  value       = merge([for name, service in module.service : { for queue, urls in service.queues : "${local.prefixes[name]}${queue}" => urls }]...)
}

output "run_task" {
  description = "What starts a one-off or a scheduled task by hand: name => the input of `aws ecs run-task --cli-input-json`; of another service than service1 service/name."
  value       = merge([for name, service in module.service : { for task, input in service.run_task : "${local.prefixes[name]}${task}" => input }]...)
}

output "role_policies" {
  description = "What roles of yours (`roles`) must be allowed, and what must be trusted to take them: role => trust and policy, JSON; of another service than service1 service/role."
  value       = merge([for name, service in module.service : { for role, needs in service.role_policies : "${local.prefixes[name]}${role}" => needs if var.roles[role] != null }]...)
}

locals {
  prefixes = { for name in keys(var.services) : name => name == "service1" ? "" : "${name}/" }
  first    = try(module.service["service1"], values(module.service)[0])
}
