output "url" {
  description = "Where the tenant finds the application."
  value       = "${local.https ? "https" : "http"}://${var.dns.hostname}"
}

output "name" {
  description = "Name that the tenant's resources carry: load balancer, roles, alarms, task definition."
  value       = local.name
}

output "service_name" {
  description = "Name of the ECS service in the cluster."
  value       = aws_ecs_service.this.name
}

output "service_arn" {
  description = "ARN of the ECS service."
  value       = aws_ecs_service.this.id
}

output "task_definition_arn" {
  description = "The revision that runs."
  value       = aws_ecs_task_definition.this.arn
}

output "images" {
  description = "What runs: container => image."
  value       = { for name, container in var.containers : name => container.image }
}

output "log_group" {
  description = "Log group of the containers."
  value       = aws_cloudwatch_log_group.this.name
}

output "load_balancer_arn" {
  description = "ARN of the tenant's load balancer."
  value       = aws_lb.this.arn
}

output "load_balancer_dns_name" {
  description = "The load balancer's own name, for a look before the alias is known everywhere."
  value       = aws_lb.this.dns_name
}

output "target_group_arn" {
  description = "ARN of the target group that the tasks join."
  value       = aws_lb_target_group.this.arn
}

output "task_role_arn" {
  description = "Role of the application; grant it what the tenant's data needs."
  value       = aws_iam_role.task.arn
}

output "execution_role_arn" {
  description = "Role with which ECS starts the containers."
  value       = aws_iam_role.execution.arn
}
