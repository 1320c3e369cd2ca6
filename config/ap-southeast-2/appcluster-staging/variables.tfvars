# appcluster-staging: the last look before live. The same shape as live, so that what passes here passes there: only smaller.

# The stack layer.

network = {
  cidr  = "10.48.0.0/16"
  zones = ["a", "b", "c"]
  nat   = "one" # private nodes as in live; one gateway, since an outage of its zone stops no customer
  data  = true
}

capacity = {
  instance_types    = ["m6i.large", "m6a.large", "m5.large"] # the types of live: the same processor, the same surprises
  on_demand_base    = 2
  on_demand_percent = 0 # beyond the base spot: load tests come and go
  min               = 2
  max               = 6
}

# Raised here first. Beta follows AWS's releases: ./orchestrate output appcluster-beta ap-southeast-2 machine_image_id
machine_image = { id = "ami-03a374a00ead4eadd" } # al2023-ami-ecs-hvm-2023.0.20260922-kernel-6.1-x86_64

insights    = { mode = "enhanced", retention_days = 14 }
certificate = true

load_balancers       = 1
shared_load_balancer = { deletion_protection = true } # set it to false and apply, then destroy

cluster_alarms = { spot_interruptions = 10 } # load tests run on spot; no person is on call, the alarms show in CloudWatch only

# What every tenant gets. The build stands in the tenant's file: there one tenant can go ahead of the others.

domain = "staging.example.com" # the same images as live, under another name

# The last look is at live's own data: what live has here, so has staging, over a peering of the two networks.
environment = { DATABASE_HOST = "database.live.internal" }

size = { cpu = 256, memory_reservation = 512, memory = 1024 }

scaling = {
  min  = 2 # two, as in live: what cannot run twice is found here
  max  = 4
  high = { cpu = 60 }
}

load_balancer      = { mode = "shared" } # as live: a rule's mistake is found here
log_retention_days = 30
