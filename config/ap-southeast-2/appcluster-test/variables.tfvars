# appcluster-test: cheap, quick to make, gone every night. Losing a machine costs a minute of a test.

# The stack layer.

network = {
  cidr = "10.16.0.0/16" # no two environments overlap, so that they can be peered
  nat  = "none"         # public nodes: a NAT gateway costs more than the machines and two minutes of every morning
}

capacity = {
  kind           = "launch_configuration" # one type, all spot; in an AWS account newer than mid-2024 say "launch_template"
  instance_types = ["t3.medium"]
  spot_max_price = "0.03" # US$ an hour, a little above the usual price; when spot is dearer, test waits
  min            = 1
  max            = 3
}

insights        = { mode = "disabled" }  # yesterday's test needs none
execute_command = { retention_days = 3 } # but who typed what in a container is kept everywhere
cluster_alarms  = { enabled = false }    # it is no reason to wake a person
certificate     = false                  # HTTP: nothing here is real, and a new certificate every morning takes minutes

# What every tenant gets.

domain         = "test.example.com"
service1-build = "1" # what runs when the command names no build; a branch's pipeline passes its own

size    = { cpu = 64, memory_reservation = 128 }
scaling = { min = 1, max = 2 }
task    = { execute_command = true } # a shell in a running container: for developers, who need none elsewhere

deployment = {
  min_healthy_percent = 0 # a gap in test is cheaper than room for two versions
  placement           = "zone_binpack"
  grace_seconds       = 30
}

# A load balancer each: a handful of tenants, and one that tries another listener, timeout or health check does not disturb the others.
load_balancer      = { mode = "own", drain_seconds = 5 } # no request of a test is worth waiting for
log_retention_days = 3

alarms = { # the two that scale stay; these would have no topic
  unhealthy_hosts   = { enabled = false }
  target_5xx        = { enabled = false }
  load_balancer_5xx = { enabled = false }
  no_running_task   = { enabled = false }
}
