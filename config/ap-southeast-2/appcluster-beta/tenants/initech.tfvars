# initech pays for a load balancer of its own: its firewall lets out to addresses of one's own only, and its uploads take minutes.
load_balancer = { mode = "own", idle_seconds = 300, drain_seconds = 30, allowed = { initech = "203.0.113.0/24" } }
