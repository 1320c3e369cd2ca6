service1-build = "1"
service2-build = "1"

# As in live: acme has a load balancer of its own.
load_balancer = { mode = "own", deletion_protection = true } # set it to false and apply, then destroy

# What acme has beside the web application (service1): an interface for its own systems below /api, and a worker that no request reaches.
services = {
  service1 = { port = 8080 }
  api      = { port = 9090, path = "/api/*" }
  worker   = {}
}
builds = { api = "1", worker = "1" }
