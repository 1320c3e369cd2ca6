output "schedule_arn" {
  description = "The schedule."
  value       = aws_scheduler_schedule.this.arn
}

output "task_definition_arn" {
  description = "The task definition, to start a night by hand: aws ecs run-task."
  value       = aws_ecs_task_definition.this.arn
}

output "task_role_arn" {
  description = "The role of the nightly destroy; the roles that it assumes must trust it."
  value       = local.task_role_arn
}

output "role_policies" {
  description = "What roles of yours (`roles`) must be allowed, and what must be trusted to take them: role => trust and policy, JSON."
  value       = local.role_policies
}

output "failures_queue_url" {
  description = "Where a bad night leaves its message."
  value       = aws_sqs_queue.failures.url
}

output "log_group" {
  description = "Where the nights' output is."
  value       = aws_cloudwatch_log_group.this.name
}
