# acme is the tenant that developers use: its logs say everything.
environment = { LOG_LEVEL = "debug" }

service2-build = "1" # the background worker, which acme has everywhere: what is promoted is what runs here
