output "policy_arns" {
  description = "The policies: for `task_policies` of modules/jenkins-agents, and `policies` of modules/jenkins-machines."
  value       = { for name, policy in aws_iam_policy.this : name => policy.arn }
}

output "policies" {
  description = "The same as JSON, for a role that is made elsewhere."
  value       = { for name, policy in aws_iam_policy.this : name => policy.policy }
}
