# globex comes in bursts, a thousand students at nine o'clock: Fargate has room without a machine that waits for it.
size = { cpu = 256, memory = 512, memory_reservation = 512 }

task = {
  launch_type    = "FARGATE"
  network_mode   = "awsvpc"
  cpu            = 256
  memory         = 512
  public_address = true # the network has no NAT gateway; only the load balancer can connect all the same
}

deployment = {
  placement = null # Fargate has no machines to place on: the stack's line is taken away
  capacity_providers = {
    FARGATE      = { base = 1, weight = 0 } # the first task stays
    FARGATE_SPOT = { weight = 1 }           # the others may go with two minutes' notice
  }
}

# Students work at night before an exam: the stack's two schedules are taken away.
scaling = { min = 1, max = 6, track = { requests = { target = 600 } }, schedules = null }
