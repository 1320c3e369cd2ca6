# The whole of Jenkins: a network with machines, the controller, and the agents that it starts.

module "cluster" {
  source = "../../modules/ecs-cluster"

  name            = var.stack
  network         = merge(var.network, { acls = local.acls })
  capacity        = var.machines
  machine_image   = var.machine_image
  registry_secret = null
  insights        = { mode = "disabled" }
}

locals {
  hostname = coalesce(var.hostname, "jenkins.${var.zone}")

  # Jenkins connects to its machines by SSH, from subnet to subnet.
  machine_ports = { for name, port in { ssh = 22 } : name => port if var.machine_agents != null }
  acls          = var.network.acls == null ? null : merge(var.network.acls, { services = merge(var.network.acls.services, local.machine_ports) })

  # Agents come to a public load balancer by the addresses of the NAT gateways.
  agents_addresses = { for zone, address in module.cluster.nat_addresses : "agents-${zone}" => "${address}/32" if !var.internal }
}

module "controller" {
  source = "../../modules/jenkins-controller"

  name         = var.stack
  image        = "${var.images["controller"]}:${var.controller-build}"
  cluster      = module.cluster
  capacity     = var.capacity
  admin_secret = var.admin_secret
  agents       = var.protocol
  home         = var.home
  logs         = { retention_days = var.log_retention_days }
  alarm_topics = var.alarm_topics

  configuration = var.configuration
  jenkins       = { environment = { PROJECT_REPOSITORY = var.repository } }
  secrets       = var.machine_agents == null ? {} : { AGENTS_SSH_KEY = var.machine_agents.key_secret }

  network = {
    vpc_id                   = module.cluster.vpc_id
    subnets                  = module.cluster.node_subnets
    load_balancer_subnet_ids = module.cluster.load_balancer_subnet_ids
    outbound                 = var.outbound
  }

  address = {
    hostname            = local.hostname
    zone                = var.zone
    certificate_arn     = var.certificate_arn
    allowed             = merge(var.allowed, local.agents_addresses)
    internal            = var.internal
    deletion_protection = var.deletion_protection
  }
}

# What builds may do in AWS, where the stack is to say so.
data "aws_route53_zone" "pipelines" {
  count = var.pipelines == null ? 0 : 1

  name = var.zone
}

module "permissions" {
  count  = var.pipelines == null ? 0 : 1
  source = "../../modules/pipeline-permissions"

  name                 = "${var.stack}-pipelines"
  state_buckets        = var.pipelines.state_buckets
  regions              = coalesce(var.pipelines.regions, [var.region])
  zone_ids             = [data.aws_route53_zone.pipelines[0].zone_id]
  kms_key_arns         = var.pipelines.kms_key_arns
  deploy_tasks         = var.pipelines.deploy_tasks
  discovery            = var.pipelines.discovery
  role_path            = var.pipelines.role_path
  permissions_boundary = var.pipelines.permissions_boundary
}

locals {
  task_policies = merge(var.task_policies, one(module.permissions[*].policy_arns))
}

module "agents" {
  source = "../../modules/jenkins-agents"

  name          = "${trimsuffix(substr(var.stack, 0, 24), "-")}-agents"
  cluster       = module.cluster
  cloud         = var.cloud
  agents        = { for name, agent in var.agents : name => merge(agent, { image = "${var.images["agent"]}:${var.agent-build}" }) }
  task_policies = local.task_policies

  controller = {
    url            = module.controller.url
    web_socket     = var.protocol.protocol != "tcp"
    agent_port     = var.protocol.port
    tunnel         = module.controller.tunnel
    load_balanced  = true
    security_group = { id = module.controller.security_group_id }
    role_name      = module.controller.role_name
  }
}

# Builds that need Docker or a kernel have machines of their own, which Jenkins starts.
module "machines" {
  count  = var.machine_agents == null ? 0 : 1
  source = "../../modules/jenkins-machines"

  name         = "${trimsuffix(substr(var.stack, 0, 22), "-")}-machines"
  network      = { vpc_id = module.cluster.vpc_id, subnet_ids = module.cluster.node_subnet_ids, outbound = var.outbound }
  controller   = { security_group_id = module.controller.security_group_id, role_name = module.controller.role_name }
  key          = { public_key = var.machine_agents.public_key, variable = "AGENTS_SSH_KEY" }
  agents       = var.machine_agents.agents
  max_machines = var.machine_agents.max_machines
  policies     = merge(local.task_policies, var.machine_agents.policies)
}

# Inside the network a load balancer knows the agents by their group.
resource "aws_vpc_security_group_ingress_rule" "agents" {
  count = var.internal ? 1 : 0

  description                  = "HTTPS, from Jenkins agents"
  security_group_id            = module.controller.load_balancer_security_group_id
  referenced_security_group_id = module.agents.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}
