# What the clock understands: the expressions of EventBridge Scheduler and of scheduled scaling are the same three.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html

locals {
  cron_numbers = {
    minute = "[0-5]?[0-9]"
    hour   = "([01]?[0-9]|2[0-3])"
    day    = "(0?[1-9]|[12][0-9]|3[01])"
    month  = "(0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
    week   = "([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)"
    year   = "(19[7-9][0-9]|2[01][0-9][0-9])"
  }

  # One value, a range, any, each with a step; and several of them with commas.
  cron_item = { for unit, number in local.cron_numbers : unit => "(\\*|${number}(-${number})?)(/[1-9][0-9]{0,2})?" }
  cron      = { for unit, item in local.cron_item : unit => "${item}(,${item})*" }

  # Of day and day of the week one is "?": AWS takes a value for either, never for both.
  cron_days = join("|", [
    "(${local.cron.day}|L|LW|${local.cron_numbers.day}W) ${local.cron.month} \\?",
    "\\? ${local.cron.month} (${local.cron.week}|L|${local.cron_numbers.week}(L|#[1-5]))",
  ])

  expressions = {
    cron = "cron\\(${local.cron.minute} ${local.cron.hour} (${local.cron_days}) ${local.cron.year}\\)"
    rate = "rate\\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\\)"
    at   = "at\\([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}\\)"
  }

  schedule_pattern = "^(${join("|", values(local.expressions))})$"
  timezone_pattern = "^(UTC|GMT|[A-Z][A-Za-z]+(/[A-Za-z0-9_+-]+){1,2})$"
}
