value = "of acme"
service1-build = "92"
