# jenkins: the controller, and the agents that it starts. It has no tenants. For a Jenkins that you have already, see jenkins-agents.

images = { # ECR: the roles open it, without a login
  controller = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/jenkins-controller"
  agent      = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/jenkins-agent"
}
controller-build = "1"
agent-build      = "1"

admin_secret = "jenkins-admin" # {"username": ..., "password": ...}; its content is never written here
repository   = "https://git.example.com/project.git"

network = {
  cidr = "10.112.0.0/16"                                # no two environments overlap, so that they can be peered
  nat  = "one"                                          # the controller and agents on machines have no public address
  acls = { services = { jenkins = 8080, home = 2049 } } # what is used, and nothing else
}

# What `jenkins casc --jobs` wrote; the controller adds it to its configuration when it starts.
configuration = { bucket = "orchestrate-example-state", key = "jenkins/jenkins.yaml" }

# What deploys may do: state, ECS, load balancers, records. A path and a boundary of their own keep them from other roles.
pipelines = { state_buckets = ["orchestrate-example-state"] }

# What builds of services may do beside: task_policies = { push = "arn:aws:iam::123456789012:policy/registry-push" }, once registry is applied.

allowed = { office = "203.0.113.0/24" } # and the source repositories' webhooks

machines = {
  instance_types = ["m6i.large", "m5.large"]
  spot_max_price = "0.06"
  min            = 0 # no builds at night
  max            = 4
}

machine_image = { id = "ami-03a374a00ead4eadd" } # a new image replaces every machine: raise it when no build runs

capacity = { kind = "fargate", cpu = 1024, memory = 4096 } # or "machines", which then must be on demand: a spot machine that leaves takes Jenkins along

cloud = {
  max_agents        = 20
  allowed_overrides = ["cpu", "memory"]
}

agents = {
  # Terraform by orchestrate's host engine: nothing else is needed, and nothing of one build is left for the next.
  deploy = {
    label  = "deploy fargate"
    cpu    = 2048
    memory = 4096
  }
}
