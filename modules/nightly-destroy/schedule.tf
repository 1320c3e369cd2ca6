# EventBridge Scheduler assumes a role in the name of the schedule's group, so the role is this schedule's alone where the
# group is: docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
resource "aws_scheduler_schedule_group" "this" {
  name = var.name
}

resource "aws_scheduler_schedule" "this" {
  #checkov:skip=CKV_AWS_297:AWS's own key encrypts; a schedule holds a command and no secret

  name                         = var.name
  group_name                   = aws_scheduler_schedule_group.this.name
  description                  = "Destroys what is marked ephemeral"
  schedule_expression          = "cron(${tonumber(split(":", var.schedule.time)[1])} ${tonumber(split(":", var.schedule.time)[0])} ? * ${join(",", [for day in ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] : day if contains(var.schedule.days, day)])} *)"
  schedule_expression_timezone = var.schedule.zone
  state                        = var.schedule.enabled ? "ENABLED" : "DISABLED"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = local.cluster_arn
    role_arn = local.schedule_role_arn

    ecs_parameters {
      task_definition_arn = aws_ecs_task_definition.this.arn
      launch_type         = "FARGATE"
      task_count          = 1

      network_configuration {
        subnets          = var.network.subnet_ids
        security_groups  = concat([aws_security_group.this.id], values(var.network.security_groups))
        assign_public_ip = var.network.public_address
      }
    }

    # Fargate may have no room for some minutes; an hour later people may be at work again somewhere.
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }

    dead_letter_config {
      arn = aws_sqs_queue.failures.arn
    }
  }

  depends_on = [aws_iam_role_policy.schedule]
}
