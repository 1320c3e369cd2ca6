# A tenant's layer receives each output that it declares as a variable of the same name.

output "cluster" {
  description = "Where tenants run; the tenant layer hands it to its service."
  value = {
    name                            = module.cluster.name
    arn                             = module.cluster.arn
    capacity_provider               = module.cluster.capacity_provider
    vpc_id                          = module.cluster.vpc_id
    node_subnet_ids                 = module.cluster.node_subnet_ids
    load_balancer_subnet_ids        = module.cluster.load_balancer_subnet_ids
    load_balancer_security_group_id = module.cluster.load_balancer_security_group_id
    execute_command                 = { for key, value in module.cluster.execute_command : key => value if key != "log_group_name" }
    nat                             = module.cluster.nat
    capacity_providers              = module.cluster.capacity_providers
  }
}

output "namespace" {
  description = "The private DNS zone in which services find each other; null without one."
  value       = module.cluster.namespace
}

output "machine_image_id" {
  description = "The machine image that new nodes start from; a protected stack pins one in machine_image."
  value       = module.cluster.machine_image_id
}

output "shared_load_balancers" {
  description = "The load balancers that tenants share, by number; empty when every tenant has its own."
  value       = module.cluster.shared_load_balancers
}

output "data_subnet_ids" {
  description = "Subnets without a way out, for databases; empty unless network.data is true."
  value       = module.cluster.data_subnet_ids
}

output "node_security_group_id" {
  description = "The nodes' group: let it in where the application connects, a database's group for one."
  value       = module.cluster.node_security_group_id
}

output "certificate_arn" {
  description = "Certificate of all tenants; null when they are served by HTTP."
  value       = one(aws_acm_certificate_validation.tenants[*].certificate_arn)
}

output "node_role_arn" {
  description = "The nodes' IAM role."
  value       = module.cluster.node_role_arn
}

output "nat_addresses" {
  description = "Public addresses that tenants on private nodes call others from, for their firewalls: zone => address."
  value       = module.cluster.nat_addresses
}

output "autoscaling_group" {
  description = "Name of the nodes' Auto Scaling group."
  value       = module.cluster.autoscaling_group
}

output "alarm_topic_arn" {
  description = "The topic that hears of alarms; null without alarms."
  value       = one(aws_sns_topic.oncall[*].arn)
}

output "registry_login" {
  description = "ARN of the secret with the registry's login for tasks on Fargate; null without one."
  value       = one(data.aws_secretsmanager_secret.task_registry[*].arn)
}

output "registry_login_key" {
  description = "ARN of the key of yours that the secret for tasks on Fargate is encrypted with; null when it is AWS's own."
  value       = one(values(data.aws_kms_key.task_registry)[*].arn)
}

output "cluster_alarms" {
  description = "The cluster's own alarms: their ARNs, by what they watch."
  value       = module.cluster.alarms
}

output "architecture" {
  description = "What images must be built for: x86_64 or arm64."
  value       = module.cluster.architecture
}

output "cluster_role_policies" {
  description = "What a role of yours (`cluster_roles`) must be allowed, and what must be trusted to take it: role => trust and policy, JSON."
  value       = { for role, needs in module.cluster.role_policies : role => needs if var.cluster_roles[role] != null }
}
