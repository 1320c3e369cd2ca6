# appcluster-beta: what is tried with friendly customers. As test, but it stays overnight and has no gap during a roll-out.

# The stack layer.

network = {
  cidr = "10.32.0.0/16"
  nat  = "none" # no customer data here yet: what private nodes would protect does not exist
}

capacity = {
  instance_types    = ["t3.medium", "t3a.medium", "t2.medium"] # the more types, the rarer an interruption
  spot_max_price    = "0.04"
  on_demand_base    = 1 # one machine that no spot market takes away
  on_demand_percent = 0
  min               = 1
  max               = 4
}

insights    = { mode = "enabled", retention_days = 7 }
certificate = true # friendly customers log in

load_balancers = 1 # to begin with; the next is made when 90 tenants share the last

oncall         = { team = "beta@example.com" } # the team that tries things hears first
cluster_alarms = { spot_interruptions = 5 }    # three in a quarter of an hour are an ordinary day on t3

task_registry_secret = "registry-login-tasks" # for tenants on Fargate, which has no node that logs in

# What every tenant gets.

domain         = "beta.example.com"
service1-build = "1"

size = { cpu = 128, memory_reservation = 256 }

scaling = {
  min = 1
  max = 2

  # Friendly customers sleep at night, and so do the tasks: the machines follow, down to one.
  schedules = {
    evening = { schedule = "cron(0 21 * * ? *)", timezone = "Australia/Sydney", min = 0, max = 0 }
    morning = { schedule = "cron(0 6 * * ? *)", timezone = "Australia/Sydney", min = 1, max = 2 }
  }
}

deployment = {
  min_healthy_percent = 100
  placement           = "zone_binpack"
}

# One load balancer for all: many small tenants that come for some weeks, and an own one would cost each more than its tasks.
# A new tenant is there in seconds instead of minutes.
load_balancer      = { mode = "shared", drain_seconds = 15 }
log_retention_days = 7

one_off_tasks = {
  migrate = { command = ["./migrate"] } # `./orchestrate output ... run_task` has the input of `aws ecs run-task`
}
