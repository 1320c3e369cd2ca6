# A name for the other services of the stack, in a Cloud Map namespace. A task of its own address is an A record; a dynamic
# host port can only be told by an SRV record.

locals {
  discovery_record = local.awsvpc ? "A" : "SRV"
  discovery_name   = try(var.discovery.name, null)
  discovered       = var.discovery == null ? {} : { (local.discovery_name) = local.discovery_record }
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

# Its name is in its address: another name is another service, which Cloud Map makes beside the old one, and both are found by an
# apply that goes on, or back.
resource "aws_service_discovery_service" "this" {
  for_each = { for name in keys(local.discovered) : (name == try(var.service.first.discovery, null) ? "first" : name) => name }

  name          = each.value
  force_destroy = true # ECS takes a task's entry out only some time after the task is gone
  description   = "Tasks of ${local.whose}"

  dns_config {
    namespace_id   = var.discovery.namespace_id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = local.discovery_record
      ttl  = var.discovery.ttl
    }
  }

  # ECS says which task is healthy. Without this block Route 53 would believe every one.
  health_check_custom_config {
    failure_threshold = 1
  }

  lifecycle {
    precondition {
      condition     = terraform_data.discovery[each.value].output == local.discovery_record
      error_message = "discovery: with network_mode \"${var.task.network_mode}\" ${each.value} would be found by ${local.discovery_record} records instead of ${terraform_data.discovery[each.value].output}, and Cloud Map has no second service of one name. Give the new one another name in discovery.name; or take discovery out, apply, and put it in again."
    }
  }
}
