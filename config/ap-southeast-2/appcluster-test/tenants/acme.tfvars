# acme is the tenant that developers use: its logs say everything.
environment = { LOG_LEVEL = "debug" }
