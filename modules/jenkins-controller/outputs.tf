output "url" {
  description = "Where Jenkins answers."
  value       = local.url
}

output "services" {
  description = "What an apply promises, for who checks it afterwards: the name => the service, the revision it is to run and the target groups that are to be healthy."
  value = {
    (var.name) = {
      cluster         = var.cluster.arn
      service         = aws_ecs_service.this.name
      task_definition = aws_ecs_task_definition.this.arn
      target_groups   = [aws_lb_target_group.this.arn]
    }
  }
}

output "security_group_id" {
  description = "The controller's group: modules/jenkins-agents adds the agents' rules to it (controller.security_group)."
  value       = aws_security_group.controller.id
}

output "load_balancer_security_group_id" {
  description = "The load balancer's group, for callers inside the network."
  value       = aws_security_group.load_balancer.id
}

output "load_balancer_arn" {
  description = "ARN of the load balancer, for a firewall."
  value       = aws_lb.this.arn
}

output "role_name" {
  description = "Name of the controller's role; modules/jenkins-agents adds what starts agents (controller.role_name)."
  value       = local.task_role_name
}

output "tunnel" {
  description = "Host and port that agents of Jenkins' own protocol are told; null with WebSocket."
  value       = local.tcp ? local.agents_tunnel : null
}

output "file_system_id" {
  description = "The file system that holds Jenkins' home."
  value       = aws_efs_file_system.home.id
}

output "log_group" {
  description = "Log group of the controller."
  value       = aws_cloudwatch_log_group.this.name
}
