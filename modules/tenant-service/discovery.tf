# A name for the other services of the stack, in a Cloud Map namespace. A task of its own address is an A record; a dynamic
# host port can only be told by an SRV record.

locals {
  discovery_record = local.awsvpc ? "A" : "SRV"
  discovered       = var.dns.discovery == null ? {} : { (coalesce(var.dns.discovery.name, var.tenant)) = local.discovery_record }
}

# Which kind of record a name was made with. AWS changes it only by another service, of a name that no other of the namespace
# has; and the old one cannot go before the new one is there, since the tasks that serve are registered in it.
resource "terraform_data" "discovery" {
  for_each = local.discovered

  input = each.value

  lifecycle {
    ignore_changes = [input]
  }
}

resource "aws_service_discovery_service" "this" {
  count = var.dns.discovery == null ? 0 : 1

  name          = one(keys(local.discovered))
  force_destroy = true # ECS takes a task's entry out only some time after the task is gone
  description   = "Tasks of ${var.tenant} in ${var.stack}"

  dns_config {
    namespace_id   = var.dns.discovery.namespace_id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = local.discovery_record
      ttl  = var.dns.discovery.ttl
    }
  }

  # ECS says which task is healthy. Without this block Route 53 would believe every one.
  health_check_custom_config {
    failure_threshold = 1
  }

  lifecycle {
    precondition {
      condition     = one(values(terraform_data.discovery)).output == local.discovery_record
      error_message = "dns.discovery: with network_mode \"${var.task.network_mode}\" ${one(keys(local.discovered))} would be found by ${local.discovery_record} records instead of ${one(values(terraform_data.discovery)).output}, and Cloud Map has no second service of one name. Give the new one another name in dns.discovery.name; or take dns.discovery out, apply, and put it in again."
    }
  }
}
