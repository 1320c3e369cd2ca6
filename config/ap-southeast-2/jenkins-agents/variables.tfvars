# jenkins-agents: where Jenkins' builds run. It has no tenants.

images      = { agent = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/jenkins-agent" } # ECR: Fargate pulls by its role, without a login
agent-build = "1"

network = {
  cidr = "10.96.0.0/16" # no two environments overlap, so that they can be peered
  nat  = "one"          # agents on machines have no public address, whatever the subnet
}

capacity = {
  instance_types    = ["m6i.large", "m5.large"]
  spot_max_price    = "0.06"
  on_demand_percent = 0 # a build that loses its machine is started again
  min               = 0 # no builds at night
  max               = 4
}

machine_image = { id = "ami-03a374a00ead4eadd" } # a new image ends the builds on every machine: raise it when nobody builds

controller = {
  agent_port = 50000 # fixed in Jenkins: Manage Jenkins, Security, TCP port for inbound agents
}

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

  # Builds that need Docker. The workspace has the same path in the agent and on the machine, since the machine's daemon
  # must see what it is told to mount.
  docker = {
    capacity           = "machines"
    cpu                = 1024
    memory             = 0
    memory_reservation = 2048
    remote_root        = "/var/jenkins-agent"
    environment        = { ORCHESTRATE_ENGINE = "docker" }
    mounts = {
      engine    = { path = "/var/run/docker.sock", source = "/var/run/docker.sock" }
      workspace = { path = "/var/jenkins-agent", source = "/var/jenkins-agent" }
    }
    fields = { containerUser = "root", uniqueRemoteFSRoot = "true" } # the socket belongs to root; two agents on one machine keep apart
  }
}

# For a team whose Jenkins does not do it: the test clusters go every evening.
night = {
  image    = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/night:1"
  schedule = { zone = "Australia/Sydney", time = "20:00", days = ["MON", "TUE", "WED", "THU", "FRI"] }
  access = {
    state_buckets = ["orchestrate-example-state"]
    role_arns     = ["arn:aws:iam::123456789012:role/orchestrate"] # that of role_arn in the test stacks' stack.hcl
  }
}
