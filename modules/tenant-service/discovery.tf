# A name for the other services of the stack, in a Cloud Map namespace. A task of its own address is an A record; a dynamic
# host port can only be told by an SRV record.

resource "aws_service_discovery_service" "this" {
  count = var.dns.discovery == null ? 0 : 1

  name        = coalesce(var.dns.discovery.name, var.tenant)
  description = "Tasks of ${var.tenant} in ${var.stack}"

  dns_config {
    namespace_id   = var.dns.discovery.namespace_id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = local.awsvpc ? "A" : "SRV"
      ttl  = var.dns.discovery.ttl
    }
  }

  # ECS says which task is healthy. Without this block Route 53 would believe every one.
  health_check_custom_config {
    failure_threshold = 1
  }
}
