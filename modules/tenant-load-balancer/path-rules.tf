# Which service of the tenant answers for which path. Of two paths of which one contains the other the narrower must be asked first.

locals {
  paths = { for service, target in var.targets : service => target.path if target.path != null }

  # A path as a regular expression: with it, a path contains another where it matches that one's text.
  patterns = { for service, path in local.paths : service => "^${replace(replace(replace(path, "/[.+$]/", "\\$0"), "?", "."), "*", ".*")}$" }

  # Services whose path is part of this one's.
  narrower = { for service in keys(var.targets) : service => [
    for other, path in local.paths : other if other != service && (try(local.paths[service], null) == null || can(regex(local.patterns[service], path)))
  ] }
}

# On a load balancer of its own: a path has a number by what it says, so that no rule changes as services come and go. A path that
# is part of another has more letters, or as many and fewer "*". Two that are alike in that, and in a digest of the service's name,
# are told apart by the order of the names.
locals {
  letters = { for service, path in local.paths : service => length(replace(path, "/[*?]/", "")) }
  stars   = { for service, path in local.paths : service => min(2, length(replace(path, "/[^*]/", ""))) }

  # 387 numbers for each number of letters: 63 without a "*", 261 with one, 63 with more; three for each digest.
  digests = { for service in keys(local.paths) : service => parseint(substr(sha256(service), 0, 6), 16) % [21, 87, 21][local.stars[service]] }
  alike   = { for service in keys(local.paths) : service => join(" ", [local.letters[service], local.stars[service], local.digests[service]]) }
  turns   = { for service, like in local.alike : service => index([for other, same in local.alike : other if same == like], service) }
  numbers = { for service in keys(local.paths) : service =>
    (60 - local.letters[service]) * 387 + [0, 63, 324][local.stars[service]] + 3 * local.digests[service] + local.turns[service] + 1
  }

  own_paths = local.own ? local.paths : {}
  listener  = local.own_https ? try(aws_lb_listener.https[local.way_in_key].arn, null) : try(aws_lb_listener.http[local.way_in_key].arn, null)

  attached       = { for service in keys(local.own_paths) : local.groups[service] => service }
  attached_slots = { for group in keys(local.attached) : group => parseint(substr(sha256(group), 0, 6), 16) % 8000 }
}

# ECS takes only a target group that a rule leads to, and until its tasks answer no request may. So this one asks for a header that no
# client sends: whatever answered the path goes on until the service's own rule turns.
resource "aws_lb_listener_rule" "attached" {
  for_each = local.attached

  listener_arn = local.listener
  priority     = 25000 + 3 * local.attached_slots[each.key] + index([for other, slot in local.attached_slots : other if slot == local.attached_slots[each.key]], each.key)

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  condition {
    http_header {
      http_header_name = "X-Target-Group"
      values           = [aws_lb_target_group.this[each.key].name]
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

# The service's own rule. It turns to another target group when the service behind that is steady.
resource "aws_lb_listener_rule" "path" {
  for_each = { for service in keys(local.own_paths) : "${local.of_way_in}${service}" => service }

  listener_arn = local.listener
  priority     = local.numbers[each.value]

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[local.groups[each.value]].arn
  }

  condition {
    path_pattern {
      values = [local.paths[each.value]]
    }
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [var.serving]
}
