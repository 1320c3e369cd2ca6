service1-build = "1"
service2-build = "1"
