service2-build = "1"

# What acme has beside the web application (service1): an interface for its own systems below /api, and a worker that no request reaches.
services = {
  service1 = { port = 8080 }
  api      = { port = 9090, path = "/api/*" }
  worker   = {}
}
builds = { api = "1", worker = "1" }
