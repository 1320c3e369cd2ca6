output "name" {
  description = "The cluster's name."
  value       = aws_ecs_cluster.this.name
}

output "arn" {
  description = "The cluster's ARN."
  value       = aws_ecs_cluster.this.arn
}

output "capacity_provider" {
  description = "Name of the capacity provider that services run on."
  value       = aws_ecs_capacity_provider.nodes.name

  # Who uses the name needs the cluster to know it.
  depends_on = [aws_ecs_cluster_capacity_providers.this]
}

output "capacity_providers" {
  description = "Names of all capacity providers that the cluster knows."
  value       = aws_ecs_cluster_capacity_providers.this.capacity_providers
}

output "vpc_id" {
  description = "The network the cluster lives in."
  value       = local.vpc_id
}

output "node_subnet_ids" {
  description = "Subnets of the nodes."
  value       = local.node_subnet_ids
}

output "node_subnets" {
  description = "The same by zone, for what has one in each; those of a network of yours are numbered."
  value = !local.make_network ? { for number, id in sort(tolist(var.network.existing.node_subnet_ids)) : tostring(number) => id } : {
    for zone, subnet in(local.private ? aws_subnet.private : aws_subnet.public) : zone => subnet.id
  }
}

output "nat" {
  description = "Whether the node subnets lead out without a public address; null when network.existing does not say."
  value       = local.make_network ? local.private : var.network.existing.nat
}

output "load_balancer_subnet_ids" {
  description = "Subnets for load balancers, in two zones or more."
  value       = local.load_balancer_subnet_ids
}

output "data_subnet_ids" {
  description = "Subnets without a way out, for databases; empty unless network.data is true."
  value       = toset([for subnet in aws_subnet.data : subnet.id])
}

output "node_security_group_id" {
  description = "The nodes' group: let it in where the application connects, a database's group for one."
  value       = aws_security_group.nodes.id
}

output "load_balancer_security_group_id" {
  description = "A load balancer in this group reaches the nodes' dynamic ports; nothing else does."
  value       = aws_security_group.load_balancers.id
}

output "node_role_arn" {
  description = "The nodes' IAM role."
  value       = var.roles.nodes == null ? aws_iam_role.nodes[0].arn : data.aws_iam_instance_profile.nodes[0].role_arn
}

output "node_role_name" {
  description = "Name of the nodes' role, for attaching policies."
  value       = var.roles.nodes == null ? aws_iam_role.nodes[0].name : data.aws_iam_instance_profile.nodes[0].role_name
}

output "role_policies" {
  description = "What a role of yours (`roles`) must be allowed, and what must be trusted to take it: role => trust and policy, JSON."
  value       = local.role_policies
}

output "machine_image_id" {
  description = "The machine image that new nodes start from."
  value       = data.aws_ami.nodes.id
}

output "nat_addresses" {
  description = "Public addresses that private nodes call others from, for their firewalls: zone => address; empty without a NAT gateway made here."
  value       = { for zone, address in aws_eip.nat : zone => address.public_ip }
}

output "autoscaling_group" {
  description = "Name of the nodes' Auto Scaling group."
  value       = aws_autoscaling_group.nodes.name
}

output "shared_load_balancers" {
  description = "The load balancers that tenants share, by number; a tenant puts its host rule on `listener_arn`."
  value = { for number, balancer in aws_lb.shared : number => {
    arn               = balancer.arn
    arn_suffix        = balancer.arn_suffix
    listener_arn      = aws_lb_listener.shared[number].arn
    dns_name          = balancer.dns_name
    zone_id           = balancer.zone_id
    security_group_id = aws_security_group.shared[0].id
  } }
}

output "namespace" {
  description = "The zone in which services find each other, and the group of tasks that may call those on nodes; null without one."
  value = var.namespace == null ? null : {
    id                        = aws_service_discovery_private_dns_namespace.this[0].id
    name                      = var.namespace
    callers_security_group_id = aws_security_group.callers[0].id
    nodes_security_group_id   = aws_security_group.nodes.id
  }
}

output "execute_command" {
  description = "Where sessions in containers are kept, and the key they are encrypted with: a task's role must be allowed to write to the one and use the other."
  value = {
    log_group_name = one(aws_cloudwatch_log_group.execute_command[*].name)
    log_group_arn  = one(aws_cloudwatch_log_group.execute_command[*].arn)
    kms_key_arn    = var.execute_command.kms_key_arn
  }
}

output "alarms" {
  description = "The alarms' ARNs, by what they watch."
  value = merge(
    { for what, alarm in aws_cloudwatch_metric_alarm.reservation : "${what}_reservation" => alarm.arn },
    { for alarm in aws_cloudwatch_metric_alarm.waiting : "tasks_wait" => alarm.arn },
    { for alarm in aws_cloudwatch_metric_alarm.refresh_failed : "refresh_failed" => alarm.arn },
    { for alarm in aws_cloudwatch_metric_alarm.spot_interruptions : "spot_interruptions" => alarm.arn },
  )
}

output "architecture" {
  description = "What images must be built for: x86_64 or arm64."
  value       = local.architecture
}
