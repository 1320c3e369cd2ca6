# appcluster-sandbox: where customers' developers try their programs against ours. Live's versions, without live's data:
# it may be slow, and it may be away for a minute, but it must behave like live.

# The stack layer.

network = {
  cidr = "10.80.0.0/16"
  nat  = "none" # no customer data here
}

capacity = {
  instance_types    = ["t3.large", "t3a.large"]
  on_demand_base    = 1
  on_demand_percent = 0
  min               = 1
  max               = 6
}

insights    = { mode = "enabled", retention_days = 14 }
certificate = true

load_balancers = 1

# What every tenant gets.

domain         = "sandbox.example.com"
service1-build = "1" # live's build: raise both in one commit

size    = { cpu = 128, memory_reservation = 256 }
scaling = { min = 1, max = 3, high = { cpu = 80 } } # slow before dear: what is tried here is not in a hurry

deployment = { placement = "zone_binpack" }

# As live, where most tenants share one: what a proxy does to a request must be seen here first.
load_balancer      = { mode = "shared" }
log_retention_days = 30 # long enough for a customer's question about last week
