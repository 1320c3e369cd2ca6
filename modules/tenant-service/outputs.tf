output "name" {
  description = "Name that the tenant's resources carry: roles, alarms, task definition."
  value       = local.name
}

output "services" {
  description = "What an apply promises, for who checks it afterwards: tenant (tenant/service, where it has one; and with /worker) => the service, the revision it is to run, the target groups that are to be healthy, the log group and the containers, the one that takes the requests first."
  value = merge(
    {
      (local.address) = {
        cluster         = var.cluster.arn
        service         = local.service.name
        task_definition = aws_ecs_task_definition.this.arn
        target_groups   = var.target[*].target_group_arn
        log_group       = aws_cloudwatch_log_group.this.name
        containers      = distinct(concat([local.usual], keys(var.containers)))
      }
    },
    { for name, worker in aws_ecs_service.worker : "${local.address}/${name}" => {
      cluster         = var.cluster.arn
      service         = worker.name
      task_definition = aws_ecs_task_definition.task[name].arn
      target_groups   = []
      log_group       = aws_cloudwatch_log_group.this.name
      containers      = tolist([local.task_containers[name]])
    } },
  )
}

output "serving" {
  description = "What the module tenant-load-balancer takes as `serving`: the service. Where it is known, the service is steady and scales."
  value       = local.service_key

  depends_on = [
    aws_appautoscaling_policy.in,
    aws_appautoscaling_policy.out,
    aws_appautoscaling_policy.track,
    aws_appautoscaling_scheduled_action.this,
    aws_appautoscaling_target.bounds,
    aws_cloudwatch_metric_alarm.high,
    aws_cloudwatch_metric_alarm.low,
    aws_ecs_service.this,
  ]
}

output "facts" {
  description = "What the service is made with, for `first_service` of the module tenant-load-balancer."
  value       = local.service_fact
}

output "discovery_name" {
  description = "The service's name in the Cloud Map namespace, for `first_service` of the module tenant-load-balancer; null without service discovery."
  value       = local.discovery_name
}

output "service_name" {
  description = "Name of the ECS service in the cluster."
  value       = local.service.name
}

output "service_arn" {
  description = "ARN of the ECS service."
  value       = local.service.id
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

output "discovery_arn" {
  description = "ARN of the Cloud Map service; null without service discovery."
  value       = one(values(aws_service_discovery_service.this)[*].arn)
}

output "task_security_group_id" {
  description = "Security group of the tasks, for what lets them in; null unless every task has an address."
  value       = one(aws_security_group.tasks[*].id)
}

output "task_role_arn" {
  description = "Role of the application; grant it what the tenant's data needs."
  value       = local.task_role_arn
}

output "task_role_name" {
  description = "Name of the application's role, for attaching policies."
  value       = var.roles.task == null ? aws_iam_role.task[0].name : reverse(split("/", var.roles.task.arn))[0]
}

output "execution_role_arn" {
  description = "Role with which ECS starts the containers."
  value       = local.execution_role_arn
}

output "role_policies" {
  description = "What roles of yours (`roles`) must be allowed, and what must be trusted to take them: role => trust and policy, JSON. A policy that is null allows nothing."
  value       = local.role_policies
}

output "alarms" {
  description = "Names of the alarms that a person should know of: what it watches => name."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.watch : name => alarm.alarm_name }
}

output "scaling_alarms" {
  description = "Names of the two alarms that change the number of tasks, high and low; empty when something else does."
  value = merge(
    { for alarm in aws_cloudwatch_metric_alarm.high : "high" => alarm.alarm_name },
    { for alarm in aws_cloudwatch_metric_alarm.low : "low" => alarm.alarm_name },
  )
}

output "queues" {
  description = "Queues of the queue tasks: name => url, arn, and the dead-letter queue's url."
  value = { for name, queue in aws_sqs_queue.work : name => {
    url             = queue.url
    arn             = queue.arn
    dead_letter_url = aws_sqs_queue.dead[name].url
  } }
}

output "not_started_queue_url" {
  description = "Queue that keeps what the clock could not start; null without scheduled tasks."
  value       = one(aws_sqs_queue.not_started[*].url)
}

output "run_task" {
  description = "What starts a one-off or a scheduled task by hand: name => the input of `aws ecs run-task --cli-input-json`."
  value       = local.run_task
}
