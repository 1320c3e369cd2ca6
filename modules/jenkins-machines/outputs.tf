output "jenkins" {
  description = "The cloud, its agent templates and its key in the plugin's own words; `orchestrate jenkins casc` writes them as YAML, from the key `ec2` of a stack's output."
  value = {
    cloud = {
      name                             = var.name
      region                           = local.region
      useInstanceProfileForCredentials = false # the task's role: the plugin would ask a machine for its profile, which a task may not
      sshKeysCredentialsId             = var.name
      instanceCapStr                   = tostring(var.max_machines)
      noDelayProvisioning              = true
      cleanUpOrphanedNodes             = true
    }
    templates = local.templates
    key       = { id = var.name, username = one(toset(values(var.agents)[*].user)), variable = var.key.variable }
  }
}

output "security_group_id" {
  description = "The machines' security group."
  value       = aws_security_group.agents.id
}

output "role_arn" {
  description = "The role that builds have; the roles that they assume must trust it."
  value       = local.role_arn
}

output "instance_profile_arn" {
  description = "The machines' instance profile."
  value       = local.instance_profile_arn
}

output "controller_policy_arn" {
  description = "What the controller may do; attached to its role."
  value       = aws_iam_policy.controller.arn
}
