output "name" {
  description = "The cluster's name."
  value       = aws_ecs_cluster.this.name
}

output "arn" {
  description = "The cluster's ARN."
  value       = aws_ecs_cluster.this.arn
}

output "capacity_provider" {
  description = "Name of the capacity provider that services run on."
  value       = aws_ecs_capacity_provider.nodes.name

  # Who uses the name needs the cluster to know it.
  depends_on = [aws_ecs_cluster_capacity_providers.this]
}

output "vpc_id" {
  description = "The network the cluster lives in."
  value       = local.vpc_id
}

output "node_subnet_ids" {
  description = "Subnets of the nodes."
  value       = local.node_subnet_ids
}

output "load_balancer_subnet_ids" {
  description = "Subnets for load balancers, in two zones or more."
  value       = local.load_balancer_subnet_ids
}

output "load_balancer_security_group_id" {
  description = "A load balancer in this group reaches the nodes' dynamic ports; nothing else does."
  value       = aws_security_group.load_balancers.id
}

output "node_role_arn" {
  description = "The nodes' IAM role."
  value       = aws_iam_role.nodes.arn
}

output "autoscaling_group" {
  description = "Name of the nodes' Auto Scaling group."
  value       = aws_autoscaling_group.nodes.name
}
