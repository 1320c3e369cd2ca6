# The stack layer: what all tenants of a stack need.

module "cluster" {
  source = "../../modules/ecs-cluster"

  name            = var.stack
  network         = var.network
  capacity        = var.capacity
  node            = var.node
  machine_image   = var.machine_image
  registry_secret = var.registry_secret
  agent_settings  = var.agent_settings
  node_policies   = var.node_policies
  roles           = var.cluster_roles
  insights        = var.insights
  execute_command = var.execute_command
  namespace       = try(var.discovery.namespace, null)
  alarms = merge(var.cluster_alarms, {
    topics = merge(var.cluster_alarms.topics, { for topic in aws_sns_topic.oncall : "oncall" => topic.arn })
  })

  load_balancer = var.load_balancers == 0 ? null : merge(var.shared_load_balancer, {
    count           = var.load_balancers
    https           = var.certificate # known before the certificate is
    certificate_arn = one(aws_acm_certificate_validation.tenants[*].certificate_arn)
  })
}
