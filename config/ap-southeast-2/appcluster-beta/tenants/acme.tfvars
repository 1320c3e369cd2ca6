# acme tries the background worker, and reports made on request, before they go to staging.
service2-build = "1"

queue_tasks = {
  reports = { command = ["./report"], max = 3, visibility_seconds = 900 } # a report takes ten minutes at most
}
