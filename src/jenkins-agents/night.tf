# The nightly destroy, for a team whose Jenkins does not do it.

module "night" {
  count  = var.night == null ? 0 : 1
  source = "../../modules/nightly-destroy"

  name            = "${trimsuffix(substr(var.stack, 0, 25), "-")}-night"
  schedule        = var.night.schedule
  image           = var.night.image
  reap            = var.night.reap
  access          = var.night.access
  task            = var.night.task
  network         = merge(module.agents.network, { public_address = var.public_addresses })
  cluster         = { arn = module.agents.cluster_arn }
  alarm_topic_arn = var.night.alarm_topic_arn
  roles           = merge(var.roles.night, { path = var.roles.path, permissions_boundary = var.roles.permissions_boundary })
  encryption      = var.encryption
}
