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
  }
}

output "certificate_arn" {
  description = "Certificate of all tenants; null when they are served by HTTP."
  value       = one(aws_acm_certificate_validation.tenants[*].certificate_arn)
}

output "node_role_arn" {
  description = "The nodes' IAM role."
  value       = module.cluster.node_role_arn
}

output "autoscaling_group" {
  description = "Name of the nodes' Auto Scaling group."
  value       = module.cluster.autoscaling_group
}
