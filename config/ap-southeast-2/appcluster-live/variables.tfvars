# appcluster-live: customers. Nothing here is saved that an outage would cost.

# The stack layer.

network = {
  cidr  = "10.64.0.0/16"
  zones = ["a", "b", "c"]
  nat   = "per_zone" # a zone may fail without taking the others' way out with it
  data  = true       # the customers' databases, without a way out
}

capacity = {
  instance_types    = ["m6i.large", "m6a.large", "m5.large"]
  on_demand_base    = 3  # one machine a zone that no spot market takes away
  on_demand_percent = 50 # beyond it half spot: losing all of it at once leaves every tenant a task
  min               = 3
  max               = 30
  target_percent    = 80 # a fifth in reserve: a new task starts at once instead of waiting for a machine
}

# AWS releases an image every few weeks. Without an id the next apply after a release would replace every customer's machine, on a day
# that AWS chose. Take the id that ran in staging.
machine_image = { id = "ami-03a374a00ead4eadd" } # al2023-ami-ecs-hvm-2023.0.20260922-kernel-6.1-x86_64

node = {
  volume_gb       = 60  # many tenants' images on one machine
  reserved_memory = 256 # for the agent and what watches over it, however full the machine is
}

node_policies = {
  shell = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" # a shell with an audit trail and without an open port
}

insights        = { mode = "enhanced", retention_days = 90 }
execute_command = { retention_days = 365 } # who typed what in which customer's container
certificate     = true

# Each costs as much as a tenant's tasks, and holds 90 tenants: most share one, who needs one alone gets it in its own file.
load_balancers       = 1                              # to begin with; the next is made when it is full
shared_load_balancer = { deletion_protection = true } # set it to false and apply, then destroy

oncall = { oncall = "oncall@example.com" } # AWS sends each address a letter first, to be agreed to

# What every tenant gets. The build stands in the tenant's file: there one tenant can go ahead of the others.

domain = "example.com" # acme.example.com

environment = { DATABASE_HOST = "database.live.internal" } # the password is a secret: `secrets` in the tenant's file

size = { cpu = 256, memory_reservation = 512, memory = 1024 }

scaling = {
  min  = 2 # in two zones
  max  = 10
  high = { cpu = 60, step = 2 }     # early and by two: customers notice slowness sooner than we notice the bill
  low  = { cpu = 20, periods = 15 } # late: a quiet quarter of an hour, not a quiet minute
}

load_balancer      = { mode = "shared" }
log_retention_days = 365 # what the auditors ask for
