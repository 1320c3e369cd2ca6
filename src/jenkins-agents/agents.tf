# Where Jenkins' builds run.

module "cluster" {
  count  = var.capacity == null ? 0 : 1
  source = "../../modules/ecs-cluster"

  name     = var.stack
  capacity = var.capacity
  node     = { volume_gb = var.capacity.volume_gb }

  machine_image = var.machine_image

  network = {
    existing = var.network.vpc_id == null ? null : {
      vpc_id                   = var.network.vpc_id
      node_subnet_ids          = var.network.node_subnet_ids
      load_balancer_subnet_ids = var.network.load_balancer_subnet_ids
    }
    cidr  = var.network.cidr
    zones = var.network.zones
    nat   = var.network.nat
  }

  registry_secret = var.registry_secret
  insights        = { mode = "disabled" }
  roles           = { path = var.roles.path, permissions_boundary = var.roles.permissions_boundary, nodes = var.roles.nodes }
}

locals {
  repository = lookup(var.images, "agent", null)
  image      = local.repository == null ? null : "${local.repository}:${var.agent-build}"
}

module "agents" {
  source = "../../modules/jenkins-agents"

  name               = var.stack
  cluster            = one(module.cluster)
  network            = { vpc_id = var.network.vpc_id, subnet_ids = var.network.node_subnet_ids, public_addresses = var.public_addresses, security_groups = var.network.security_groups, egress = var.network.egress }
  controller         = merge(var.controller, { url = coalesce(var.controller.url, "https://jenkins.${var.zone}/") })
  cloud              = var.cloud
  agents             = { for name, agent in var.agents : name => merge(agent, { image = try(coalesce(agent.image, local.image), "") }) }
  task_policies      = var.task_policies
  roles              = { path = var.roles.path, permissions_boundary = var.roles.permissions_boundary, execution = var.roles.execution, task = var.roles.task }
  encryption         = { logs = var.encryption.logs }
  log_retention_days = var.log_retention_days
}
