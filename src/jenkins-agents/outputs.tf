output "jenkins" {
  description = "What `orchestrate jenkins casc` writes as Jenkins' configuration."
  value       = module.agents.jenkins
}

output "controller_security_group_id" {
  description = "The security group that belongs on the Jenkins controller."
  value       = module.agents.controller_security_group_id
}

output "controller_policy_arn" {
  description = "What the Jenkins controller may do; attached already when controller.role_name is given."
  value       = module.agents.controller_policy_arn
}

output "task_role_arn" {
  description = "The role that builds have; the roles that they assume must trust it."
  value       = module.agents.task_role_arn
}

output "night_role_arn" {
  description = "The role of the nightly destroy; null without one."
  value       = one(module.night[*].task_role_arn)
}

output "role_policies" {
  description = "What roles of yours (`roles`) must be allowed, and what must be trusted to take them: role => trust and policy, JSON."
  value = merge(
    { for role, needs in merge(module.agents.role_policies, one(module.cluster[*].role_policies)) : role => needs if var.roles[role] != null },
    { for role, needs in merge({}, one(module.night[*].role_policies)) : "night-${role}" => needs if var.roles.night[role] != null },
  )
}
