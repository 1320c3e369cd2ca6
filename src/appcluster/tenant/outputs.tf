output "url" {
  description = "Where the tenant finds the application; null without a load balancer."
  value       = module.service.url
}

output "images" {
  description = "What runs: container => image."
  value       = module.service.images
}

output "services" {
  description = "What the apply promised: tenant => cluster, service, task definition and target groups. The tool checks them."
  value       = module.service.services
}

output "service_name" {
  description = "Name of the ECS service."
  value       = module.service.service_name
}

output "task_definition_arn" {
  description = "The revision that runs."
  value       = module.service.task_definition_arn
}

output "log_group" {
  description = "Log group of the containers."
  value       = module.service.log_group
}

output "load_balancer_dns_name" {
  description = "The load balancer's own name; null without one."
  value       = module.service.load_balancer_dns_name
}

output "alarms" {
  description = "Names of the alarms that a person should know of: what it watches => name."
  value       = module.service.alarms
}

output "queues" {
  description = "Queues of the queue tasks: name => url, arn, and the dead-letter queue's url."
  value       = module.service.queues
}

output "run_task" {
  description = "What starts a one-off or a scheduled task by hand: name => the input of `aws ecs run-task --cli-input-json`."
  value       = module.service.run_task
}

output "role_policies" {
  description = "What roles of yours (`roles`) must be allowed, and what must be trusted to take them: role => trust and policy, JSON."
  value       = { for role, needs in module.service.role_policies : role => needs if var.roles[role] != null }
}
