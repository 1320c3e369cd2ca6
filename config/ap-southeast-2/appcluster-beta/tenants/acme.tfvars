# acme tries the background worker, and reports made on request, before they go to staging.
service2-build = "1"

queue_tasks = {
  reports = { command = ["./report"], max = 3, visibility_seconds = 900 } # a report takes ten minutes at most
}

# What acme has beside the web application (service1): an interface for its own systems below /api, and a worker that no request reaches.
services = {
  service1 = { port = 8080 }
  api      = { port = 9090, path = "/api/*" }
  worker   = {}
}
builds = { api = "1", worker = "1" }
