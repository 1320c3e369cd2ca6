load_balancer = { mode = "shared" }
