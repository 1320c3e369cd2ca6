output "url" {
  description = "Where the tenant finds the application; null without a load balancer."
  value       = module.load_balancer.url
}

output "services" {
  description = "What an apply promises."
  value       = module.service.services
}

output "run_task" {
  description = "What starts a one-off or a scheduled task by hand."
  value       = module.service.run_task
}
