# globex has the background worker and a nightly clean-up, so that both are tried before any customer has them.
service2-build = "1"

scheduled_tasks = {
  clean-up = {
    schedule = "cron(0 13 * * ? *)" # 23:00 in Sydney, in UTC
    command  = ["./clean-up", "--older-than", "7d"]
  }
}
