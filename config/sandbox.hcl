# What the simulated AWS (--sandbox) holds before the first run, beside the state buckets.
# It is never read without --sandbox.

# The hosted zone that tenants get their names in.
zones = ["example.com"]

# The container instances fetch it at boot; a real account holds the real one.
secrets = {
  registry-login = "{\"username\":\"sandbox\",\"password\":\"sandbox\"}"
}
