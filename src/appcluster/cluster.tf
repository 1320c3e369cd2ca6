# The shared layer: what all tenants of a stack stand on.

module "cluster" {
  source = "../../modules/ecs-cluster"

  name            = var.stack
  network         = var.network
  capacity        = var.capacity
  machine_image   = var.machine_image
  registry_secret = var.registry_secret
  agent_settings  = var.agent_settings
  node_policies   = var.node_policies
  insights        = var.insights
}
