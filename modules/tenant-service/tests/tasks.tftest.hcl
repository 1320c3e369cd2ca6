# Tasks that are not the service: by the clock, by messages, by hand.

mock_provider "aws" {
  source = "./tests/mocks"
}

# What AWS gives is known before an apply too: as after one, without making it.
mock_provider "aws" {
  alias           = "known"
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  stack  = "appcluster-test"
  tenant = "acme"

  cluster = {
    name              = "appcluster-test"
    arn               = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/appcluster-test"
    capacity_provider = "nodes-appcluster-test"
    vpc_id            = "vpc-1"
    node_subnet_ids   = ["subnet-1", "subnet-2"]
  }

  containers = {
    web = { image = "registry.example.com:5000/web:90", port = 8080, environment = { LOG_LEVEL = "info", MODE = "web" } }
  }

  target = {
    mode                     = "own"
    fact                     = "instance-own-public"
    identity                 = "ap-southeast-2/appcluster-test/acme/vpc-1/instance/public"
    target_group_arn         = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/x/1"
    target_group_arn_suffix  = "targetgroup/x/1"
    load_balancer_arn_suffix = "app/x/1"
    security_group_id        = "sg-lb"
    drain_seconds            = 30
  }
  service = { first = { way_in = "instance-own-public", service = "ec2-replica-44136fa3", discovery = null } }
}


run "by_the_clock" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    background = {
      scheduled = {
        report   = { schedule = "cron(0 3 * * ? *)", timezone = "Australia/Sydney", command = ["report"], environment = { MODE = "report", DAYS = "7" }, cpu = 64, memory = 512, memory_reservation = 256 }
        clean-up = { schedule = "rate(2 hours)", enabled = false, window_minutes = 15, retries = 0, retry_seconds = 60, count = 2 }
      }
    }
  }
  assert {
    condition     = aws_scheduler_schedule.this["report"].schedule_expression_timezone == "Australia/Sydney" && aws_scheduler_schedule.this["report"].state == "ENABLED" && aws_scheduler_schedule.this["report"].flexible_time_window[0].mode == "OFF"
    error_message = "on the minute, in the tenant's own time"
  }
  assert {
    condition     = aws_scheduler_schedule.this["clean-up"].state == "DISABLED" && aws_scheduler_schedule.this["clean-up"].flexible_time_window[0].maximum_window_in_minutes == 15 && aws_scheduler_schedule.this["clean-up"].target[0].retry_policy[0].maximum_retry_attempts == 0
    error_message = "or within a window, tried once"
  }
  assert {
    condition     = aws_scheduler_schedule.this["report"].target[0].dead_letter_config[0].arn == aws_sqs_queue.not_started[0].arn
    error_message = "what could not be started is kept"
  }
  assert {
    condition = jsondecode(aws_ecs_task_definition.task["report"].container_definitions)[0].command == ["report"] && jsondecode(aws_ecs_task_definition.task["report"].container_definitions)[0].portMappings == [] && [
      for key in ["cpu", "memory", "memoryReservation"] : jsondecode(aws_ecs_task_definition.task["report"].container_definitions)[0][key]
    ] == [64, 512, 256]
    error_message = "a task has its own command and size, and no port"
  }
  assert {
    condition     = { for variable in jsondecode(aws_ecs_task_definition.task["report"].container_definitions)[0].environment : variable.name => variable.value } == { DAYS = "7", LOG_LEVEL = "info", MODE = "report" }
    error_message = "the container's environment, and the task's own over it"
  }
  assert {
    condition     = !contains(keys(jsondecode(aws_ecs_task_definition.task["clean-up"].container_definitions)[0]), "command") && jsondecode(aws_ecs_task_definition.task["clean-up"].container_definitions)[0].logConfiguration.options.awslogs-stream-prefix == "clean-up"
    error_message = "without a command the image's own runs; its log says which task spoke"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule[0].policy).Statement[0].Resource == [for name in ["clean-up", "report"] : "arn:aws:ecs:ap-southeast-2:123456789012:task-definition/${output.name}-${name}:*"]
    error_message = "the schedules may start their own tasks and no other"
  }
  assert {
    condition     = jsondecode(aws_iam_role.schedule[0].assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceArn"] == "arn:aws:scheduler:ap-southeast-2:123456789012:schedule-group/${output.name}"
    error_message = "only the tenant's schedules may take the role"
  }
  assert {
    condition     = !anytrue([for statement in jsondecode(aws_iam_role_policy.schedule[0].policy).Statement : contains(statement.Resource, "*")])
    error_message = "no permission is for everything"
  }
}

run "by_messages" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    background = {
      queued = {
        resize = {
          command = ["work"]
          max     = 12
          steps   = { 1000 = 6, 5 = 1, 50 = 3 }
          senders = { uploads = "arn:aws:s3:::acme-uploads", orders = "arn:aws:sns:ap-southeast-2:123456789012:orders" }
        }
        mail = { min = 1 }
      }
    }
  }
  assert {
    condition     = aws_ecs_service.worker["resize"].desired_count == 0 && aws_appautoscaling_target.worker["resize"].max_capacity == 12 && aws_ecs_service.worker["mail"].desired_count == 1
    error_message = "no message, no task, unless one is wanted at all times"
  }
  assert {
    condition     = alltrue([for queue in concat(values(aws_sqs_queue.work), values(aws_sqs_queue.dead)) : queue.sqs_managed_sse_enabled && queue.kms_master_key_id == null]) && aws_cloudwatch_log_group.this.kms_key_id == null
    error_message = "AWS's own keys encrypt unless others are given"
  }
  assert {
    condition = [for step in sort([for step in aws_appautoscaling_policy.worker_out["resize"].step_scaling_policy_configuration[0].step_adjustment :
      format("%03d: %s to %s", step.scaling_adjustment, step.metric_interval_lower_bound, coalesce(step.metric_interval_upper_bound, "-"))
    ]) : step] == ["001: 0 to 45", "003: 45 to 995", "006: 995 to -"]
    error_message = "steps are in the order of their numbers, not of their digits"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.waiting["resize"].threshold == 5 && aws_appautoscaling_policy.worker_in["mail"].step_scaling_policy_configuration[0].adjustment_type == "ExactCapacity" && one(aws_appautoscaling_policy.worker_in["mail"].step_scaling_policy_configuration[0].step_adjustment).scaling_adjustment == 1
    error_message = "the first step is the alarm; when all is done min is left"
  }
  assert {
    condition     = [for variable in jsondecode(aws_ecs_task_definition.task["resize"].container_definitions)[0].environment : variable.value if variable.name == "QUEUE_URL"] == [aws_sqs_queue.work["resize"].url]
    error_message = "a worker knows its queue"
  }
  assert {
    condition     = alltrue([for task in [aws_ecs_task_definition.this, aws_ecs_task_definition.task["mail"]] : { for variable in jsondecode(task.container_definitions)[0].environment : variable.name => variable.value if startswith(variable.name, "QUEUE_URL_") } == { QUEUE_URL_MAIL = aws_sqs_queue.work["mail"].url, QUEUE_URL_RESIZE = aws_sqs_queue.work["resize"].url }])
    error_message = "the application knows where to send, and every worker the other queues"
  }
  assert {
    condition     = jsondecode(aws_sqs_queue.work["resize"].redrive_policy).maxReceiveCount == 3 && aws_sqs_queue.dead["resize"].name == "${output.name}-resize_dead"
    error_message = "a message that breaks its worker is given up"
  }
  assert {
    condition     = [for statement in jsondecode(aws_sqs_queue.work["resize"].policy).Statement : statement.Principal.Service if statement.Effect == "Allow"] == ["sns.amazonaws.com", "s3.amazonaws.com"]
    error_message = "who may send is named, in the order of the names"
  }
  assert {
    condition     = [for statement in jsondecode(aws_sqs_queue.work["resize"].policy).Statement : statement.Condition.StringEquals["aws:SourceAccount"] if try(statement.Principal.Service, "") == "s3.amazonaws.com"] == ["123456789012"]
    error_message = "a bucket of that name in another account may not"
  }
  assert {
    condition     = length(jsondecode(aws_sqs_queue.work["mail"].policy).Statement) == 1
    error_message = "nobody but the application, unless named"
  }
}

run "queues_that_a_container_names_itself" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    containers = {
      web = {
        image       = "web:1"
        port        = 8080
        environment = { QUEUE_URL_BULK_MAIL = "https://sqs.example.com/mine", QUEUE_URL_RESIZE = null, MODE = "web" }
        secrets     = { QUEUE_URL_SMS = "arn:aws:ssm:ap-southeast-2:123456789012:parameter/sms" }
      }
    }
    background = {
      queued  = { bulk-mail = {}, resize = {}, sms = {} }
      one_off = { migrate = { environment = { MODE = null } } }
    }
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment == [{ name = "MODE", value = "web" }, { name = "QUEUE_URL_BULK_MAIL", value = "https://sqs.example.com/mine" }]
    error_message = "what a container says of a variable wins, and null takes it away"
  }
  assert {
    condition     = [for variable in jsondecode(aws_ecs_task_definition.task["migrate"].container_definitions)[0].environment : variable.name] == ["QUEUE_URL_BULK_MAIL"]
    error_message = "a task takes away what its container has"
  }
}

run "by_hand" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    containers = {
      batch = { image = "batch:1", port = 81 }
      web   = { image = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/web:1", port = 80 }
    }
    container = "web"
    task      = { network_mode = "awsvpc" }
    background = {
      one_off   = { migrate = { command = ["./migrate", "--all"] }, shell = {} }
      queued    = { resize = { container = "batch" } }
      scheduled = { report = { schedule = "rate(1 day)", command = ["report"] } }
    }
  }
  assert {
    condition     = keys(output.run_task) == ["migrate", "report", "shell"]
    error_message = "a scheduled task can be started by hand too"
  }
  assert {
    condition     = output.run_task["migrate"].cluster == var.cluster.arn && output.run_task["migrate"].taskDefinition == aws_ecs_task_definition.task["migrate"].arn
    error_message = "where, and what"
  }
  assert {
    condition     = jsonencode(output.run_task["migrate"].networkConfiguration.awsvpcConfiguration) == jsonencode({ assignPublicIp = "DISABLED", subnets = ["subnet-1", "subnet-2"], securityGroups = aws_security_group.tasks[*].id })
    error_message = "in which network"
  }
  assert {
    condition     = jsonencode(output.run_task["migrate"].overrides.containerOverrides[0]) == jsonencode({ name = "web", command = ["./migrate", "--all"] }) && keys(output.run_task["shell"].overrides.containerOverrides[0]) == ["name"]
    error_message = "with which command"
  }
  assert {
    condition     = length(aws_scheduler_schedule.this) == 1
    error_message = "nothing starts a one-off task by itself"
  }
  assert {
    condition     = { for name, task in aws_ecs_task_definition.task : name => jsondecode(task.container_definitions)[0].image } == { report = var.containers.web.image, resize = "batch:1", migrate = var.containers.web.image, shell = var.containers.web.image }
    error_message = "a task is of the container that takes the requests, unless another is named"
  }
  assert {
    condition     = alltrue([for task in concat([aws_ecs_task_definition.this], values(aws_ecs_task_definition.task)) : task.execution_role_arn == aws_iam_role.execution[0].arn && task.task_role_arn == aws_iam_role.task[0].arn])
    error_message = "no machine may pull an image or write a log for them: every task brings the role for it"
  }
}

run "where_the_service_may_run" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    deployment = { constraints = { big = "attribute:ecs.instance-type =~ m6i.*" } }
    background = {
      one_off   = { migrate = {} }
      queued    = { resize = {} }
      scheduled = { report = { schedule = "rate(1 day)" } }
    }
  }
  assert {
    condition = [
      one(aws_ecs_service.worker["resize"].placement_constraints).expression,
      one(aws_scheduler_schedule.this["report"].target[0].ecs_parameters[0].placement_constraints).expression,
      output.run_task["migrate"].placementConstraints[0].expression,
    ] == [for count in range(3) : var.deployment.constraints["big"]]
    error_message = "its tasks run on the same machines"
  }
  assert {
    condition     = !contains(keys(output.run_task["migrate"]), "networkConfiguration")
    error_message = "AWS refuses a network for tasks that have none of their own"
  }
}

run "no_two_queues_have_one_name" {
  command = plan
  variables {
    background = {
      scheduled = { report = { schedule = "rate(1 day)" } }
      queued    = { resize = {}, resize-dead = {}, schedule = {}, not-started = {} }
    }
  }
  assert {
    condition     = length(distinct([for queue in concat(values(aws_sqs_queue.work), values(aws_sqs_queue.dead), aws_sqs_queue.not_started) : queue.name])) == 9
    error_message = "whatever tasks are called"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.watch) == 3 + 5
    error_message = "and each dead-letter queue is watched"
  }
}

run "roles_of_yours" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    roles = {
      execution = { arn = "arn:aws:iam::123456789012:role/platform/start" }
      task      = { arn = "arn:aws:iam::123456789012:role/platform/acme" }
      schedule  = { arn = "arn:aws:iam::123456789012:role/platform/clock" }
    }
    task       = { execute_command = true }
    encryption = { logs = "arn:aws:kms:ap-southeast-2:123456789012:key/logs", queues = "arn:aws:kms:ap-southeast-2:123456789012:key/queues" }
    containers = {
      web  = { image = "web:1", port = 8080, links = ["side"], restart = {} }
      side = { image = "side:1", essential = false }
    }
    background = {
      scheduled = { report = { schedule = "rate(1 day)" } }
      queued    = { resize = {} }
    }
  }
  assert {
    condition     = length(aws_iam_role.execution) + length(aws_iam_role.task) + length(aws_iam_role.schedule) + length(aws_iam_role_policy.execution) + length(aws_iam_role_policy.platform) + length(aws_iam_role_policy.queues) + length(aws_iam_role_policy.schedule) == 0
    error_message = "the module makes no role and changes none"
  }
  assert {
    condition = alltrue([for task in concat([aws_ecs_task_definition.this], values(aws_ecs_task_definition.task)) :
      "${task.execution_role_arn} ${task.task_role_arn}" == "arn:aws:iam::123456789012:role/platform/start arn:aws:iam::123456789012:role/platform/acme"
    ]) && aws_scheduler_schedule.this["report"].target[0].role_arn == "arn:aws:iam::123456789012:role/platform/clock"
    error_message = "every task and every schedule has the roles that are given"
  }
  assert {
    condition     = output.task_role_name == "acme" && output.execution_role_arn == "arn:aws:iam::123456789012:role/platform/start"
    error_message = "the outputs name them"
  }
  assert {
    condition = { for statement in jsondecode(output.role_policies.task.policy).Statement : statement.Action[0] => statement.Resource[0] } == {
      "ssmmessages:CreateControlChannel" = "*"
      "sqs:SendMessage"                  = "arn:aws:sqs:ap-southeast-2:123456789012:${output.name}-resize"
      "kms:Decrypt"                      = "arn:aws:kms:ap-southeast-2:123456789012:key/queues"
    }
    error_message = "what the application's role must be allowed is said"
  }
  assert {
    condition = [for statement in jsondecode(output.role_policies.schedule.policy).Statement : statement.Resource if statement.Action[0] == "iam:PassRole"] == [
      ["arn:aws:iam::123456789012:role/platform/start", "arn:aws:iam::123456789012:role/platform/acme"]
    ] && jsondecode(output.role_policies.schedule.trust).Statement[0].Principal.Service == "scheduler.amazonaws.com"
    error_message = "the clock's role passes the two others on"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == "arn:aws:kms:ap-southeast-2:123456789012:key/logs" && distinct([for queue in concat(values(aws_sqs_queue.work), values(aws_sqs_queue.dead), aws_sqs_queue.not_started) : "${queue.kms_master_key_id}"]) == tolist(["arn:aws:kms:ap-southeast-2:123456789012:key/queues"])
    error_message = "logs and queues have the keys that are given"
  }
  assert {
    condition     = jsondecode(output.role_policies.schedule.policy).Statement[4] == { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = ["arn:aws:kms:ap-southeast-2:123456789012:key/queues"] }
    error_message = "the clock may keep what it could not start"
  }
  assert {
    condition     = length(setintersection(["links", "restartPolicy"], flatten([for task in aws_ecs_task_definition.task : keys(jsondecode(task.container_definitions)[0])]))) == 0
    error_message = "a task in the background runs alone, and ends when its work is done"
  }
}

run "sends_to_both" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    service    = { name = "thumbs", queues = { resize = { queue = "resize" }, api-resize = { service = "api", queue = "resize" } } }
    background = { one_off = { migrate = { command = ["migrate"] } } }
    encryption = { queues = "arn:aws:kms:ap-southeast-2:123456789012:key/1" }
  }
  assert {
    condition = { for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name => variable.value if startswith(variable.name, "QUEUE") } == {
      QUEUE_URL_RESIZE     = "https://sqs.ap-southeast-2.amazonaws.com/123456789012/appcluster-test-acme-a8109d5d-resize"
      QUEUE_URL_API_RESIZE = "https://sqs.ap-southeast-2.amazonaws.com/123456789012/appcluster-test-acme-ap-545b3830-resize"
    }
    error_message = "a service that sends knows the queues by the names that their services make"
  }
  assert {
    condition     = strcontains(aws_ecs_task_definition.task["migrate"].container_definitions, "QUEUE_URL_API_RESIZE")
    error_message = "and so do its background tasks"
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.queues[0].policy).Statement == [
      {
        Effect = "Allow"
        Action = ["sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes"]
        Resource = [
          "arn:aws:sqs:ap-southeast-2:123456789012:appcluster-test-acme-ap-545b3830-resize",
          "arn:aws:sqs:ap-southeast-2:123456789012:appcluster-test-acme-a8109d5d-resize",
        ]
      },
      { Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = ["arn:aws:kms:ap-southeast-2:123456789012:key/1"] },
    ]
    error_message = "it may send, and neither receive nor delete"
  }
}
