service1-build = "1"
service2-build = "1"

# As in live: acme has a load balancer of its own.
load_balancer = { mode = "own", deletion_protection = true } # set it to false and apply, then destroy
