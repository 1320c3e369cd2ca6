# Where tasks go: on which capacity, and on which machine of it. Fargate has no machines to choose among, and a daemon is
# on every one.

locals {
  fargate = var.task.launch_type == "FARGATE"
  daemon  = var.deployment.strategy == "daemon"

  # A daemon takes no strategy of capacity providers; Fargate needs none.
  capacity_providers = length(var.deployment.capacity_providers) > 0 ? var.deployment.capacity_providers : (
    local.fargate || local.daemon ? {} : { (var.cluster.capacity_provider) = { base = 0, weight = 1 } }
  )

  placed    = !local.fargate && !local.daemon
  placement = local.placed ? coalesce(var.deployment.placement, "zone_spread") : "none"

  by_zone    = { type = "spread", field = "attribute:ecs.availability-zone" }
  by_machine = { type = "spread", field = "instanceId" }
  by_memory  = { type = "binpack", field = "memory" }

  placements = {
    none         = []
    zone_spread  = [local.by_zone, local.by_machine]
    zone_binpack = [local.by_zone, local.by_memory]
    binpack      = [local.by_memory]
    one_per_host = [local.by_zone]
    random       = [{ type = "random", field = null }]
    custom       = var.deployment.strategies
  }
  placement_strategies = local.placements[local.placement]

  # Tasks move back to a zone that was lost. ECS refuses it where it may start none above the number wanted, and where
  # something else than the zones decides.
  rebalanced = !local.daemon && local.max_percent > 100 && contains(["none", "zone_spread", "zone_binpack", "one_per_host"], local.placement) && !anytrue([
    for expression in values(var.deployment.constraints) : strcontains(expression, "availability-zone")
  ])

  # ECS may stop a daemon's task before it starts the next one, and never runs two on a machine.
  min_healthy_percent = coalesce(var.deployment.min_healthy_percent, local.daemon ? 0 : 100)
  max_percent         = coalesce(var.deployment.max_percent, local.daemon ? 100 : 200)
}
