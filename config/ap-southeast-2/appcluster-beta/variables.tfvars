# appcluster-beta: what is tried with friendly customers. As test, but it stays overnight and has no gap during a roll-out.

# The shared layer.

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

# What every tenant gets.

domain         = "beta.example.com"
service1-build = "1"

size    = { cpu = 128, memory_reservation = 256 }
scaling = { min = 1, max = 2 }

deployment = {
  min_healthy_percent = 100
  placement           = "zone_binpack"
}

load_balancer      = { drain_seconds = 15 }
log_retention_days = 7
