output "urls" {
  description = "Where each tenant is found."
  value       = { for name, tenant in { own = module.own, shared = module.shared, moving = module.moving, turning = module.turning, fargate = module.fargate } : name => tenant.url }
}

output "services" {
  description = "What the apply promised."
  value       = merge([for tenant in [module.own, module.shared, module.moving, module.turning, module.fargate, module.inside, module.daemon, module.steps] : tenant.services]...)
}

output "run_task" {
  description = "What starts the one-off task: the input of `aws ecs run-task --cli-input-json`."
  value       = module.steps.run_task["migrate"]
}
