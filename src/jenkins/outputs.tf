output "url" {
  description = "Where Jenkins answers."
  value       = module.controller.url
}

output "services" {
  description = "What the apply promised: the controller's cluster, service, task definition and target group. The tool checks them."
  value       = module.controller.services
}

output "jenkins" {
  description = "What `orchestrate jenkins casc` writes as Jenkins' configuration."
  value       = merge(module.agents.jenkins, { ec2 = one(module.machines[*].jenkins) })
}

output "log_group" {
  description = "Log group of the controller."
  value       = module.controller.log_group
}

output "file_system_id" {
  description = "The file system that holds Jenkins' home."
  value       = module.controller.file_system_id
}

output "agent_role_arn" {
  description = "The role that builds have; the roles that they assume must trust it."
  value       = module.agents.task_role_arn
}
