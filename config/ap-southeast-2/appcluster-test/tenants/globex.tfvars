# globex has the background worker and a nightly clean-up, so that both are tried before any customer has them.
service2-build = "1"

scheduled_tasks = {
  clean-up = {
    schedule = "cron(0 23 * * ? *)"
    timezone = "Australia/Sydney"
    command  = ["./clean-up", "--older-than", "7d"]
  }
}
