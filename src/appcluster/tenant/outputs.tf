output "url" {
  description = "Where the tenant finds the application."
  value       = module.service.url
}

output "images" {
  description = "What runs: container => image."
  value       = module.service.images
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
  description = "The load balancer's own name."
  value       = module.service.load_balancer_dns_name
}
