# The main branches, without AWS: when, what, with which rights, and what is refused.

mock_provider "aws" {
  mock_data "aws_region" {
    defaults = { name = "ap-southeast-2" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_secretsmanager_secret" {
    defaults = { arn = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf", kms_key_id = "alias/ours" }
  }
  mock_resource "aws_ecs_cluster" {
    defaults = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/nightly-destroy" }
  }
  mock_resource "aws_ecs_task_definition" {
    defaults = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:task-definition/nightly-destroy:1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/x" }
  }
  mock_resource "aws_scheduler_schedule_group" {
    defaults = { arn = "arn:aws:scheduler:ap-southeast-2:123456789012:schedule-group/nightly-destroy" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:ap-southeast-2:123456789012:nightly-destroy-failures", url = "https://sqs.ap-southeast-2.amazonaws.com/123456789012/nightly-destroy-failures" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:ap-southeast-2:123456789012:rule/nightly-destroy-failed" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:ap-southeast-2:123456789012:log-group:/nightly-destroy/nightly-destroy" }
  }
}

variables {
  schedule = { zone = "Australia/Sydney" }
  image    = "registry.example.com/night:1"
  network  = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"] }
  access = {
    state_buckets = ["orchestrate-example-state"]
    role_arns     = ["arn:aws:iam::111111111111:role/orchestrate"]
  }
}

run "every_evening_at_eight" {
  assert {
    condition     = aws_scheduler_schedule.this.schedule_expression == "cron(0 20 ? * SUN,MON,TUE,WED,THU,FRI,SAT *)" && aws_scheduler_schedule.this.schedule_expression_timezone == "Australia/Sydney"
    error_message = "eight in the evening, by the clock of the place"
  }
  assert {
    condition     = aws_scheduler_schedule.this.state == "ENABLED" && aws_scheduler_schedule.this.target[0].ecs_parameters[0].launch_type == "FARGATE" && aws_scheduler_schedule.this.flexible_time_window[0].mode == "OFF"
    error_message = "on time, on Fargate"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].command == ["reap", "--yes"]
    error_message = "all that is marked ephemeral"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].entryPoint == ["orchestrate"]
    error_message = "whatever the image itself would start"
  }
  assert {
    condition     = one(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment) == { name = "ORCHESTRATE_ENGINE", value = "host" }
    error_message = "Fargate has no Docker daemon"
  }
  assert {
    condition     = aws_scheduler_schedule.this.target[0].dead_letter_config[0].arn == aws_sqs_queue.failures.arn && length(aws_cloudwatch_metric_alarm.failed.alarm_actions) == 0
    error_message = "a night that cannot start is kept, and the alarm needs no topic"
  }
}

run "least_privilege" {
  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule[0].policy).Statement[0].Resource == ["arn:aws:ecs:ap-southeast-2:123456789012:task-definition/nightly-destroy:*"] && jsondecode(aws_iam_role_policy.schedule[0].policy).Statement[0].Condition.ArnEquals["ecs:cluster"] == aws_ecs_cluster.this[0].arn
    error_message = "the schedule starts this task in this cluster"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.schedule[0].policy).Statement[1].Resource == [aws_iam_role.execution[0].arn, aws_iam_role.task[0].arn]
    error_message = "it hands over two roles"
  }
  assert {
    condition     = jsondecode(aws_iam_role.schedule[0].assume_role_policy).Statement[0].Condition.StringEquals == { "aws:SourceAccount" = "123456789012", "aws:SourceArn" = "arn:aws:scheduler:ap-southeast-2:123456789012:schedule-group/nightly-destroy" }
    error_message = "EventBridge Scheduler comes with the ARN of the schedule's group"
  }
  assert {
    condition     = aws_scheduler_schedule.this.group_name == aws_scheduler_schedule_group.this.name
    error_message = "no other schedule may use its role: it is alone in its group"
  }
  assert {
    condition     = flatten([for statement in local.task_statements : statement.Resource]) == ["arn:aws:s3:::orchestrate-example-state", "arn:aws:s3:::orchestrate-example-state/*", "arn:aws:iam::111111111111:role/orchestrate"]
    error_message = "the night has its states and the roles that it may assume"
  }
  assert {
    condition     = jsondecode(aws_sqs_queue_policy.failures.policy).Statement[0].Condition.ArnEquals["aws:SourceArn"] == aws_cloudwatch_event_rule.failed.arn
    error_message = "only this rule writes into the queue"
  }
  assert {
    condition     = aws_sqs_queue.failures.sqs_managed_sse_enabled && aws_sqs_queue.failures.kms_master_key_id == null && length(jsondecode(aws_iam_role_policy.schedule[0].policy).Statement) == 3
    error_message = "AWS's own key encrypts unless another is given, and needs no permission"
  }
}

run "narrowed_and_told" {
  variables {
    schedule        = { zone = "Europe/Berlin", time = "19:05", days = ["FRI", "MON"], enabled = false }
    reap            = { region = "eu-central-1", stack = "appcluster-*", older_than = "12h" }
    task            = { cpu = 4096, memory = 16384, jobs = 8 }
    cluster         = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/agents" }
    alarm_topic_arn = "arn:aws:sns:ap-southeast-2:123456789012:alarms"
    registry_secret = "registry-login"
    access = {
      state_buckets = ["b-state", "a-state"]
      policy_arns   = { deploy = "arn:aws:iam::123456789012:policy/deploy" }
      kms_key_arns  = ["arn:aws:kms:ap-southeast-2:123456789012:key/1"]
    }
  }
  assert {
    condition     = aws_scheduler_schedule.this.schedule_expression == "cron(5 19 ? * MON,FRI *)" && aws_scheduler_schedule.this.state == "DISABLED"
    error_message = "days stand in the week's order"
  }
  assert {
    condition     = join(" ", jsondecode(aws_ecs_task_definition.this.container_definitions)[0].command) == "reap --yes --jobs 8 --older-than 12h --region eu-central-1 --stack appcluster-*"
    error_message = "the command is narrowed"
  }
  assert {
    condition     = length(aws_ecs_cluster.this) == 0 && aws_scheduler_schedule.this.target[0].arn == "arn:aws:ecs:ap-southeast-2:123456789012:cluster/agents"
    error_message = "a cluster that exists is used"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.failed.alarm_actions == toset(["arn:aws:sns:ap-southeast-2:123456789012:alarms"])
    error_message = "the topic is told"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution[0].policy).Statement : [statement.Resource[0], statement.Condition["ForAnyValue:StringEquals"]["kms:ResourceAliases"]] if statement.Action == ["kms:Decrypt"]] == [["arn:aws:kms:ap-southeast-2:123456789012:key/*", "alias/ours"]]
    error_message = "the login is decrypted with the key that it names"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].repositoryCredentials.credentialsParameter == "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf"
    error_message = "the image is pulled with the login"
  }
  assert {
    condition     = aws_iam_role_policy_attachment.task["deploy"].policy_arn == "arn:aws:iam::123456789012:policy/deploy"
    error_message = "a policy takes the place of roles"
  }
}

run "a_night_that_may_do_nothing_is_refused" {
  command = plan

  variables {
    access = { state_buckets = ["orchestrate-example-state"] }
  }
  expect_failures = [var.access]
}

run "a_zone_without_a_place_is_refused" {
  command = plan

  variables {
    schedule = { zone = "EST" }
  }
  expect_failures = [var.schedule]
}

run "bad_values_are_refused" {
  command = plan

  variables {
    name               = "Bad_Name"
    schedule           = { zone = "Australia/Sydney", time = "24:00", days = ["FRIDAY"] }
    image              = "registry.example.com/night:latest"
    reap               = { region = "Sydney", stack = "x y", older_than = "soon" }
    access             = { state_buckets = [], role_arns = ["arn:aws:iam::111111111111:role/*"] }
    network            = { vpc_id = "vpc-1", subnet_ids = [] }
    cluster            = { arn = "agents" }
    task               = { cpu = 256, memory = 512, jobs = 0, disk_gb = 20 }
    registry_secret    = "{}"
    alarm_topic_arn    = "alarms"
    log_retention_days = 2
  }
  expect_failures = [var.name, var.schedule, var.image, var.reap, var.access, var.network, var.cluster, var.task, var.registry_secret, var.alarm_topic_arn, var.log_retention_days]
}

run "roles_in_a_path_of_their_own" {
  command = plan
  variables {
    roles = { path = "/team/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
  }
  assert {
    condition = { for role in concat(aws_iam_role.execution, aws_iam_role.task, aws_iam_role.schedule) : role.name => "${role.path} ${role.permissions_boundary}" } == {
      for kind in ["execution", "task", "schedule"] : "nightly-destroy-c9048c27-${kind}" => "/team/ arn:aws:iam::123456789012:policy/boundary"
    }
    error_message = "each role has the path and the boundary"
  }
}

run "every_name_that_a_hash_makes" {
  command = plan
  assert {
    condition     = [aws_iam_role.execution[0].name, aws_iam_role.task[0].name, aws_iam_role.schedule[0].name] == [for kind in ["execution", "task", "schedule"] : "nightly-destroy-27e09d60-${kind}"]
    error_message = "another formula replaces the role that the stacks' roles trust"
  }
}

run "roles_of_yours" {
  variables {
    encryption = { logs = "arn:aws:kms:ap-southeast-2:123456789012:key/logs", queues = "arn:aws:kms:ap-southeast-2:123456789012:key/queues" }
    network    = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], security_groups = { proxy = "sg-0e" } }
    roles = {
      execution = { arn = "arn:aws:iam::123456789012:role/platform/start" }
      task      = { arn = "arn:aws:iam::123456789012:role/platform/night" }
      schedule  = { arn = "arn:aws:iam::123456789012:role/platform/clock" }
    }
  }
  assert {
    condition     = length(aws_iam_role.execution) + length(aws_iam_role.task) + length(aws_iam_role.schedule) + length(aws_iam_role_policy.execution) + length(aws_iam_role_policy.task) + length(aws_iam_role_policy.schedule) == 0
    error_message = "the module makes no role and changes none"
  }
  assert {
    condition     = [aws_ecs_task_definition.this.execution_role_arn, aws_ecs_task_definition.this.task_role_arn, aws_scheduler_schedule.this.target[0].role_arn, output.task_role_arn] == [for role in ["start", "night", "clock", "night"] : "arn:aws:iam::123456789012:role/platform/${role}"]
    error_message = "the task and the schedule have the roles that are given"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == "arn:aws:kms:ap-southeast-2:123456789012:key/logs" && aws_sqs_queue.failures.kms_master_key_id == "arn:aws:kms:ap-southeast-2:123456789012:key/queues" && jsondecode(output.role_policies.schedule.policy).Statement[3].Resource == ["arn:aws:kms:ap-southeast-2:123456789012:key/queues"]
    error_message = "log and queue have the keys that are given, and the schedule may use the queue's"
  }
  assert {
    condition     = contains(aws_scheduler_schedule.this.target[0].ecs_parameters[0].network_configuration[0].security_groups, "sg-0e")
    error_message = "the task is in the further groups"
  }
  assert {
    condition     = jsondecode(output.role_policies.schedule.policy).Statement[1].Resource == ["arn:aws:iam::123456789012:role/platform/start", "arn:aws:iam::123456789012:role/platform/night"] && jsondecode(output.role_policies.task.policy).Statement[0].Action == ["s3:ListBucket"]
    error_message = "what they must be allowed is said"
  }
}

run "roles_that_are_none" {
  command = plan
  variables {
    roles      = { path = "team", permissions_boundary = "boundary", task = { arn = "night" } }
    encryption = { queues = "alias/queues" }
    network    = { vpc_id = "vpc-1", subnet_ids = ["subnet-1"], security_groups = { proxy = "proxy" } }
    access     = { state_buckets = ["orchestrate-example-state"], policy_arns = { all = "arn:aws:iam::aws:policy/PowerUserAccess" } }
  }
  expect_failures = [var.roles, var.encryption, var.network]
}
