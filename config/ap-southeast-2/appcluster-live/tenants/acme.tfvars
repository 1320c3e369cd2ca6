service1-build = "1"
service2-build = "1"

# acme is the largest customer.
scaling = {
  min  = 4
  max  = 20
  high = { steps = { 85 = 4 } } # far above, more at once

  # The working day begins for all at once: the tasks are there before the people are.
  schedules = {
    morning = { schedule = "cron(30 7 ? * MON-FRI *)", timezone = "Australia/Sydney", min = 8, max = 20 }
    evening = { schedule = "cron(0 19 ? * MON-FRI *)", timezone = "Australia/Sydney", min = 4, max = 20 }
  }
}

# Its traffic would crowd the others out of a shared load balancer, and its contract names its own access log. Moving between the
# two has no gap: a new target group, the new way in, and then the name.
load_balancer = { mode = "own", deletion_protection = true } # set it to false and apply, then destroy

# Five answers with an error in five minutes raise the alarm; the others' threshold is ten.
alarms = { target_5xx = { over = 5 }, load_balancer_5xx = { over = 5 } }

# What acme has beside the web application (service1): an interface for its own systems below /api, and a worker that no request reaches.
services = {
  service1 = { port = 8080 }
  api      = { port = 9090, path = "/api/*", scaling = { min = 2, max = 10, schedules = {} } }
  worker   = { scaling = { min = 2, max = 6, schedules = {} } }
}
builds = { api = "1", worker = "1" }
