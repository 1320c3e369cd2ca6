# acme tries the background worker before it goes to staging.
service2-build = "1"
