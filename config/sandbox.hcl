# What the simulated AWS (--sandbox) holds before the first run, beside the state buckets.
# It is never read without --sandbox.

# The hosted zone that tenants get their names in.
zones = ["example.com"]

# The registry's login, as the nodes' agent wants it (they fetch it at boot), and as ECS wants it for a task on Fargate. A real
# account holds the real ones.
secrets = {
  registry-login = "{\"https://index.docker.io/v1/\": {\"username\": \"sandbox\", \"password\": \"sandbox\"}}"

  registry-login-tasks = "{\"username\": \"sandbox\", \"password\": \"sandbox\"}"

  jenkins-admin = "{\"username\": \"admin\", \"password\": \"sandbox\"}"
}
