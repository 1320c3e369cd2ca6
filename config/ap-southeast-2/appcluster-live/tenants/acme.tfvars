service1-build = "1"
service2-build = "1"

# acme is the largest customer.
scaling = {
  min  = 4
  max  = 20
  high = { cpu = 60, step = 2 }
  low  = { cpu = 20, periods = 15 }
}
