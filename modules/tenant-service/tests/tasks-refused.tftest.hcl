# Every message that refuses a value of scaling, alarms and tasks. One run shows one message of each variable that it names:
# a variable that another looks at must be right for the other to be looked at.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  stack  = "appcluster-test"
  tenant = "acme"

  cluster = {
    name                            = "appcluster-test"
    arn                             = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/appcluster-test"
    capacity_provider               = "nodes-appcluster-test"
    vpc_id                          = "vpc-1"
    node_subnet_ids                 = ["subnet-1", "subnet-2"]
    load_balancer_subnet_ids        = ["subnet-3", "subnet-4"]
    load_balancer_security_group_id = "sg-1"
  }

  containers = {
    web = { image = "registry.example.com:5000/web:90", port = 8080, environment = { LOG_LEVEL = "info", MODE = "web" } }
  }

  dns = { zone = "example.com", hostname = "acme.test.example.com" }
}


run "a_scheduled_task_with_a_bad_name" {
  command = plan
  variables {
    scheduled_tasks = { Report = { schedule = "rate(1 day)" } }
    scaling         = { min = 3, max = 2 }
    alarms          = { topic_arn = "alerts" }
  }
  expect_failures = [var.scheduled_tasks, var.scaling, var.alarms]
}

run "a_scheduled_task_with_an_unknown_container" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 day)", container = "batch" } }
    scaling         = { min = 1.5 }
    alarms          = { target_5xx = { over = -1 } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling, var.alarms]
}

run "a_scheduled_task_with_an_empty_command" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 day)", command = [] } }
    scaling         = { low = { cpu = 80 } }
    alarms          = { no_running_task = { seconds = 90 } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling, var.alarms]
}

run "a_scheduled_task_with_memory_below_its_reservation" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 day)", memory = 64, memory_reservation = 128 } }
    scaling         = { high = { step = 0 } }
    alarms          = { dead_letters = { periods = 0 } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling, var.alarms]
}

run "a_rate_of_one_in_the_plural" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 minutes)" } }
    scaling         = { low = { seconds = 45 } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "a_rate_of_many_in_the_singular" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(5 minute)" } }
    scaling         = { high = { periods = 0 } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "a_cron_of_five_fields" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "cron(0 3 * * ?)" } }
    scaling         = { high = { steps = { 65 = 2 } } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "a_cron_with_day_and_weekday" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "cron(0 3 * * * *)" } }
    scaling         = { low = { steps = { 25 = 2 } } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "a_cron_without_day_and_weekday" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "cron(0 3 ? * ? *)" } }
    scaling         = { high = { steps = { 85 = 2, "85.0" = 3 } } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "an_hour_that_no_day_has" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "cron(0 24 * * ? *)" } }
    scaling         = { high = { step = 3, steps = { 85 = 2 } } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "a_month_that_no_year_has" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "at(2030-13-24T08:00:00)" } }
    scaling         = { low = { step = 2, steps = { 10 = 1 } } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "words_instead_of_a_schedule" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "daily" } }
    scaling         = { high = { steps = { for at in range(80, 100) : at => 1 } } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "a_town_without_a_clock" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 day)", timezone = "sydney" } }
    scaling         = { low = { cooldown = -1 } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "too_many_at_once" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 day)", count = 11 } }
    scaling         = { track = { disk = { target = 50 } } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "a_window_longer_than_a_day" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 day)", window_minutes = 1441 } }
    scaling         = { track = { cpu = { target = 120 } } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "too_many_retries" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 day)", retries = 200 } }
    scaling         = { track = { cpu = { target = 50, in_cooldown = 4000 } } }
  }
  expect_failures = [var.scheduled_tasks, var.scaling]
}

run "a_queue_with_a_bad_name" {
  command = plan
  variables {
    queue_tasks = { re_size = {} }
    scaling     = { schedules = { "8am" = { schedule = "rate(1 day)", min = 1 } } }
  }
  expect_failures = [var.queue_tasks, var.scaling]
}

run "a_queue_with_an_unknown_container" {
  command = plan
  variables {
    queue_tasks = { resize = { container = "batch" } }
    scaling     = { schedules = { night = { schedule = "cron(0 20 * * MON-FRI *)", min = 0 } } }
  }
  expect_failures = [var.queue_tasks, var.scaling]
}

run "a_queue_with_an_empty_command" {
  command = plan
  variables {
    queue_tasks = { resize = { command = [] } }
    scaling     = { schedules = { night = { schedule = "cron(0 20 ? * MON-FRI *)", timezone = "Sydney/", min = 0 } } }
  }
  expect_failures = [var.queue_tasks, var.scaling]
}

run "a_queue_with_memory_below_its_reservation" {
  command = plan
  variables {
    queue_tasks = { resize = { memory = 64, memory_reservation = 128 } }
    scaling     = { schedules = { night = { schedule = "cron(0 20 ? * MON-FRI *)" } } }
  }
  expect_failures = [var.queue_tasks, var.scaling]
}

run "a_queue_with_min_over_max" {
  command = plan
  variables {
    queue_tasks = { resize = { min = 5, max = 4 } }
    scaling     = { schedules = { night = { schedule = "cron(0 20 ? * MON-FRI *)", min = 2, max = 1 } } }
  }
  expect_failures = [var.queue_tasks, var.scaling]
}

run "a_step_at_no_message" {
  command = plan
  variables {
    queue_tasks = { resize = { steps = { 0 = 1 } } }
    scaling     = { schedules = { night = { schedule = "cron(0 20 ? * MON-FRI *)", min = 9 } } }
  }
  expect_failures = [var.queue_tasks, var.scaling]
}

run "a_queue_without_steps" {
  command = plan
  variables {
    queue_tasks = { resize = { steps = {} } }
  }
  expect_failures = [var.queue_tasks]
}

run "a_queue_never_idle" {
  command = plan
  variables {
    queue_tasks = { resize = { idle_minutes = 0 } }
  }
  expect_failures = [var.queue_tasks]
}

run "a_queue_without_attempts" {
  command = plan
  variables {
    queue_tasks = { resize = { attempts = 0 } }
  }
  expect_failures = [var.queue_tasks]
}

run "a_sender_that_is_a_person" {
  command = plan
  variables {
    queue_tasks = { resize = { senders = { me = "arn:aws:iam::123456789012:user/me" } } }
  }
  expect_failures = [var.queue_tasks]
}

run "a_one_off_task_with_a_bad_name" {
  command = plan
  variables {
    one_off_tasks = { "-" = {} }
  }
  expect_failures = [var.one_off_tasks]
}

run "a_one_off_task_with_an_unknown_container" {
  command = plan
  variables {
    one_off_tasks = { migrate = { container = "batch" } }
  }
  expect_failures = [var.one_off_tasks]
}

run "a_one_off_task_with_an_empty_command" {
  command = plan
  variables {
    one_off_tasks = { migrate = { command = [] } }
  }
  expect_failures = [var.one_off_tasks]
}

run "a_one_off_task_with_memory_below_its_reservation" {
  command = plan
  variables {
    one_off_tasks = { migrate = { memory = 64, memory_reservation = 128 } }
  }
  expect_failures = [var.one_off_tasks]
}

run "a_queue_with_the_name_of_a_schedule" {
  command = plan
  variables {
    scheduled_tasks = { report = { schedule = "rate(1 day)" } }
    queue_tasks     = { report = {} }
  }
  expect_failures = [var.queue_tasks]
}

run "a_one_off_task_with_the_name_of_a_queue" {
  command = plan
  variables {
    queue_tasks   = { report = {} }
    one_off_tasks = { report = {} }
  }
  expect_failures = [var.one_off_tasks]
}

# The clock's words that are right.

run "every_kind_of_schedule" {
  command = plan
  variables {
    scheduled_tasks = { for number, schedule in [
      "rate(1 minute)", "rate(12 hours)", "at(2030-12-24T08:00:00)", "cron(0 3 * * ? *)", "cron(*/15 8-17 ? * MON-FRI *)",
      "cron(0,30 00 1,15 JAN-MAR ? 2030)", "cron(0 8 L * ? *)", "cron(0 8 15W * ? *)", "cron(0 8 ? * 6#3 *)", "cron(0 8 ? * 6L *)",
    ] : "task-${number}" => { schedule = schedule, timezone = ["UTC", "Australia/Sydney", "America/Argentina/Buenos_Aires", "Etc/GMT+10"][number % 4] } }
  }
  assert {
    condition     = length(aws_scheduler_schedule.this) == 10
    error_message = "AWS knows all of them"
  }
}

run "tasks_without_a_container" {
  command = plan
  variables {
    front           = "web"
    containers      = { web = { image = "web:1", port = 80 }, batch = { image = "batch:1", port = 81 } }
    scheduled_tasks = { report = { schedule = "rate(1 day)" } }
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.task["report"].container_definitions)[0].image == "web:1"
    error_message = "the front container is the one meant"
  }
}
