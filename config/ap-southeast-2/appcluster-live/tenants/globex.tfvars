service1-build = "1"
