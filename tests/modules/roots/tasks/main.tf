# Two tenants with everything that starts tasks or stops them: one with steps, one with tracking. No load balancer: its
# alarms are applied with the stacks, and it would take a minute.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  default_tags {
    tags = { Stack = "every-task", Tenant = "several", ManagedBy = "orchestrate" }
  }
}

variable "release" {
  description = "1, or 2: nearly every value is another one."
  type        = number
  default     = 1
}

locals {
  second = var.release == 2
  image  = "registry.example.com/web:${var.release}"

  cluster = {
    name                            = aws_ecs_cluster.this.name
    arn                             = aws_ecs_cluster.this.arn
    capacity_provider               = "nodes-every-task"
    vpc_id                          = data.aws_vpc.default.id
    node_subnet_ids                 = data.aws_subnets.default.ids
    load_balancer_subnet_ids        = data.aws_subnets.default.ids
    load_balancer_security_group_id = data.aws_security_group.default.id
  }
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_security_group" "default" {
  vpc_id = data.aws_vpc.default.id
  name   = "default"
}

resource "aws_ecs_cluster" "this" {
  name = "every-task"
}

resource "aws_sns_topic" "alerts" {
  name = "every-task-alerts"
}

module "steps" {
  source = "../../../../modules/tenant-service"

  stack      = "every-task"
  tenant     = "steps"
  cluster    = local.cluster
  containers = { web = { image = local.image, port = 8080, memory = 256 } }
  task       = { network_mode = "awsvpc" }

  load_balancer = { mode = "none" }

  scaling = {
    min  = 1
    max  = local.second ? 12 : 8
    high = { cpu = local.second ? 65 : 70, steps = local.second ? { 80 = 2, 95 = 4 } : { 85 = 3 } }
    low  = { steps = { 5 = 2 }, cooldown = local.second ? 600 : 300 }
    schedules = {
      morning = { schedule = "cron(0 ${local.second ? 7 : 8} ? * MON-FRI *)", timezone = "Australia/Sydney", min = 2, max = 10 }
      night   = { schedule = "cron(0 20 ? * MON-FRI *)", timezone = local.second ? "Pacific/Auckland" : "Australia/Sydney", min = 0 }
    }
  }

  alarms = {
    topic_arn = aws_sns_topic.alerts.arn

    dead_letters = { over = local.second ? 5 : 0 }
  }

  scheduled_tasks = {
    report = {
      schedule       = local.second ? "rate(12 hours)" : "cron(0 3 * * ? *)"
      timezone       = "Australia/Sydney"
      command        = ["report"]
      window_minutes = local.second ? 15 : 0
      retries        = local.second ? 2 : 10
      enabled        = !local.second
    }
  }

  queue_tasks = {
    resize = {
      command      = ["work"]
      max          = local.second ? 9 : 4
      steps        = local.second ? { 1 = 1, 20 = 4 } : { 2 = 1, 100 = 3 }
      idle_minutes = local.second ? 10 : 5
      attempts     = local.second ? 5 : 3
      senders      = { alerts = aws_sns_topic.alerts.arn }
    }
  }

  one_off_tasks = { migrate = { command = ["migrate"], environment = { RELEASE = tostring(var.release) } } }
}

module "tracked" {
  source = "../../../../modules/tenant-service"

  stack      = "every-task"
  tenant     = "tracked"
  cluster    = local.cluster
  containers = { web = { image = local.image, port = 8080, memory = 256 } }

  load_balancer = { mode = "none" }

  scaling = {
    min = 1
    track = merge(
      { cpu = { target = local.second ? 50 : 60, in_cooldown = local.second ? 120 : 300 } },
      local.second ? {} : { memory = { target = 75, scale_in = false } },
    )
  }
}

output "run_task" {
  description = "How the one-off task is started."
  value       = module.steps.run_task["migrate"]
}
