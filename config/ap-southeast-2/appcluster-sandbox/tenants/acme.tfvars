service2-build = "1"
