output "jenkins" {
  description = "The cloud and its agent templates in the plugin's own words; `orchestrate jenkins casc` writes them as YAML."
  value = {
    cloud = {
      name                  = var.name
      regionName            = local.region
      cluster               = local.cluster_arn
      jenkinsUrl            = var.controller.url
      tunnel                = var.controller.tunnel
      credentialsId         = var.cloud.credentials_id
      allowedOverrides      = join(",", sort(var.cloud.allowed_overrides))
      numExecutors          = var.cloud.executors
      maxAgents             = var.cloud.max_agents
      retentionTimeout      = var.cloud.retention_minutes
      slaveTimeoutInSeconds = var.cloud.start_seconds
    }
    templates = local.templates
  }

  # Who uses the providers' names needs the cluster to know them.
  depends_on = [aws_ecs_cluster_capacity_providers.this]
}

output "cluster_arn" {
  description = "The cluster that agents run in."
  value       = local.cluster_arn
}

output "security_group_id" {
  description = "The agents' security group."
  value       = aws_security_group.agents.id
}

output "controller_security_group_id" {
  description = "The controller's security group: put it on the controller when it was made here."
  value       = local.controller_group_id
}

output "controller_policy_arn" {
  description = "What the controller may do; attached already when controller.role_name was given."
  value       = aws_iam_policy.controller.arn
}

output "task_role_arn" {
  description = "The role that builds have."
  value       = local.task_role_arn
}

output "execution_role_arn" {
  description = "The role that ECS starts agents with."
  value       = local.execution_role_arn
}

output "role_policies" {
  description = "What roles of yours (`roles`) must be allowed, and what must be trusted to take them: role => trust and policy, JSON. A policy that is null allows nothing."
  value       = local.role_policies
}

output "network" {
  description = "Where agents get their addresses."
  value       = { vpc_id = local.vpc_id, subnet_ids = local.subnet_ids }
}
