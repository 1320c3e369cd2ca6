# A tenant that does more than answer: tasks by the clock, by messages and by hand. It is scaled in steps and by the clock, and has
# roles, keys and egress as a strict account asks for.

resource "aws_sns_topic" "alerts" {
  #checkov:skip=CKV_AWS_26:alarms hold no secret, and CloudWatch may not use AWS's own key for topics

  name = "${local.stack}-alerts"
}

module "steps" {
  source = "../../../tenant-load-balancer/examples/one-service"

  stack      = local.stack
  tenant     = "steps"
  cluster    = local.cluster
  containers = { web = merge(local.web, { memory = 256 }) }

  load_balancer = { mode = "none" }

  task = {
    network_mode    = "awsvpc"
    security_groups = { callers = aws_security_group.callers.id }
    egress = merge(
      { https = { to = "0.0.0.0/0", port = 443 } },
      var.changed ? { database = { to = aws_security_group.callers.id, port = 5432, last_port = 5433 } } : {},
    )
  }

  roles      = { path = "/example/", permissions_boundary = aws_iam_policy.boundary.arn }
  encryption = { logs = aws_kms_key.this.arn, queues = aws_kms_key.this.arn }

  scaling = {
    min  = 1
    max  = var.changed ? 12 : 8
    high = { cpu = var.changed ? 65 : 70, steps = var.changed ? { 80 = 2, 95 = 4 } : { 85 = 3 } }
    low  = { steps = { 5 = 2 }, cooldown = var.changed ? 600 : 300 }
    schedules = {
      morning = { schedule = "cron(0 ${var.changed ? 7 : 8} ? * MON-FRI *)", timezone = "Australia/Sydney", min = 2, max = 10 }
      night   = { schedule = "cron(0 20 ? * MON-FRI *)", timezone = var.changed ? "Pacific/Auckland" : "Australia/Sydney", min = 0 }
    }
  }

  alarms = {
    topics       = { oncall = aws_sns_topic.alerts.arn }
    dead_letters = { over = var.changed ? 5 : 0 }
  }

  background = {
    scheduled = {
      report = {
        schedule       = var.changed ? "rate(12 hours)" : "cron(0 3 * * ? *)"
        timezone       = "Australia/Sydney"
        command        = ["report"]
        window_minutes = var.changed ? 15 : 0
        retries        = var.changed ? 2 : 10
        enabled        = !var.changed
      }
    }
    queued = {
      resize = {
        command      = ["work"]
        max          = var.changed ? 9 : 4
        steps        = var.changed ? { 1 = 1, 20 = 4 } : { 2 = 1, 100 = 3 }
        idle_minutes = var.changed ? 10 : 5
        attempts     = var.changed ? 5 : 3
        senders      = { alerts = aws_sns_topic.alerts.arn }
      }
    }
    one_off = {
      migrate = { command = ["migrate"], environment = { BUILD = var.build } }
    }
  }
}
