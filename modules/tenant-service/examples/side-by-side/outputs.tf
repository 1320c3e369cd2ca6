output "urls" {
  description = "Where each tenant is found."
  value       = { for name, tenant in { own = module.own, shared = module.shared, moving = module.moving, turning = module.turning, fargate = module.fargate } : name => tenant.url }
}

output "services" {
  description = "What the apply promised."
  value       = merge(module.own.services, module.shared.services, module.moving.services, module.turning.services, module.fargate.services, module.inside.services, module.daemon.services)
}
