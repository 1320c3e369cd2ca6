# Every branch, without AWS: what is made. What is refused stands in refused/ and machine-image.tftest.hcl.

mock_provider "aws" {
  source = "./tests/mocks"
}

# What AWS gives is known before an apply too: as after one, without making it.
mock_provider "aws" {
  alias           = "known"
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name = "appcluster-test"
}

run "the_agent_is_told_and_records_are_encrypted" {
  command = plan

  variables {
    node            = { reserved_memory = 256, clean_up = { interval_minutes = 10, age_hours = 2, images = 3, task_hours = 4 } }
    agent_settings  = { ECS_CONTAINER_STOP_TIMEOUT = "60s", ECS_IMAGE_PULL_BEHAVIOR = "always" }
    insights        = { mode = "enhanced", retention_days = 90, kms_key_arn = "arn:aws:kms:ap-southeast-2:123456789012:key/1" }
    execute_command = { retention_days = 365, kms_key_arn = "arn:aws:kms:ap-southeast-2:123456789012:key/2" }
  }
  assert {
    condition     = strcontains(local.user_data, "ECS_CLUSTER=appcluster-test\n") && strcontains(local.user_data, "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n")
    error_message = "the user data must join the cluster and drain on a spot interruption"
  }
  assert {
    condition     = alltrue([for line in ["ECS_RESERVED_MEMORY=256", "ECS_IMAGE_CLEANUP_INTERVAL=10m", "ECS_IMAGE_MINIMUM_CLEANUP_AGE=2h", "ECS_NUM_IMAGES_DELETE_PER_CYCLE=3", "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=4h"] : strcontains(local.user_data, "${line}\n")])
    error_message = "the user data must reserve memory and clean up"
  }
  assert {
    condition     = strcontains(local.user_data, "ECS_CONTAINER_STOP_TIMEOUT=60s\n") && strcontains(local.user_data, "ECS_IMAGE_PULL_BEHAVIOR=always\n")
    error_message = "what the caller says wins"
  }
  assert {
    condition     = !strcontains(local.user_data, "secretsmanager")
    error_message = "without a registry secret nothing is fetched"
  }
  assert {
    condition     = aws_cloudwatch_log_group.insights[0].kms_key_id == "arn:aws:kms:ap-southeast-2:123456789012:key/1" && aws_cloudwatch_log_group.insights[0].retention_in_days == 90
    error_message = "insights use the key"
  }
  assert {
    condition     = aws_cloudwatch_log_group.execute_command[0].kms_key_id == "arn:aws:kms:ap-southeast-2:123456789012:key/2" && aws_ecs_cluster.this.configuration[0].execute_command_configuration[0].kms_key_id == "arn:aws:kms:ap-southeast-2:123456789012:key/2" && aws_ecs_cluster.this.configuration[0].execute_command_configuration[0].log_configuration[0].cloud_watch_encryption_enabled
    error_message = "session and record use the key"
  }
}

run "classic_with_spot_bid_and_a_gateway_in_every_zone" {
  command = plan

  variables {
    capacity = { kind = "launch_configuration", instance_types = ["t3.medium"], spot_max_price = "0.03" }
    node     = { key_name = "ops", hop_limit = 2 }
    network  = { nat = "per_zone", zones = ["a", "b", "c"] }
  }
  assert {
    condition     = length(aws_launch_template.nodes) == 0 && aws_launch_configuration.nodes[0].spot_price == "0.03" && aws_launch_configuration.nodes[0].instance_type == "t3.medium"
    error_message = "the launch configuration carries the bid"
  }
  assert {
    condition     = aws_launch_configuration.nodes[0].root_block_device[0].encrypted && aws_launch_configuration.nodes[0].metadata_options[0].http_tokens == "required" && !aws_launch_configuration.nodes[0].associate_public_ip_address
    error_message = "the classic way is no less safe"
  }
  assert {
    condition     = aws_launch_configuration.nodes[0].key_name == "ops" && aws_launch_configuration.nodes[0].metadata_options[0].http_put_response_hop_limit == 2
    error_message = "key pair and hop limit are the caller's in both ways"
  }
  assert {
    condition     = !aws_autoscaling_group.nodes.instance_refresh[0].preferences[0].skip_matching
    error_message = "only a group with a launch template can compare"
  }
  assert {
    condition     = length(aws_cloudwatch_event_rule.spot_interruptions) == 1 && length(aws_cloudwatch_event_target.spot_interruptions) == 0
    error_message = "spot interruptions are counted even when nobody is told"
  }
  assert {
    condition     = length(aws_nat_gateway.this) == 3 && join(" ", keys(output.nat_addresses)) == "a b c"
    error_message = "a zone may fail without taking the others' way out with it"
  }
}

run "classic_on_demand_with_public_nodes_and_a_role_of_yours" {
  command = plan

  variables {
    capacity = { kind = "launch_configuration", instance_types = ["t3.medium"] }
    network  = { nat = "none" }
    roles    = { nodes = { instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/platform/nodes" } }
  }
  override_data {
    target = data.aws_iam_instance_profile.nodes
    values = { role_arn = "arn:aws:iam::123456789012:role/platform/nodes", role_name = "nodes" }
  }
  assert {
    condition     = aws_launch_configuration.nodes[0].spot_price == null && length(aws_cloudwatch_event_rule.spot_interruptions) == 0
    error_message = "without a bid a launch configuration is on demand"
  }
  assert {
    condition     = length(aws_subnet.private) == 0 && length(aws_nat_gateway.this) == 0 && length(aws_vpc_endpoint.s3) == 0 && aws_launch_configuration.nodes[0].associate_public_ip_address && !output.nat
    error_message = "without a gateway the nodes need addresses of their own"
  }
  assert {
    condition     = length(aws_iam_role.nodes) + length(aws_iam_role_policy.nodes) + length(aws_iam_instance_profile.nodes) == 0 && aws_launch_configuration.nodes[0].iam_instance_profile == "nodes"
    error_message = "the module makes no role and changes none"
  }
  assert {
    condition     = output.node_role_arn == "arn:aws:iam::123456789012:role/platform/nodes" && output.node_role_name == "nodes"
    error_message = "the profile names its role"
  }
}

run "mixed_instances_and_alarms_that_are_told" {
  command = plan

  variables {
    capacity = { instance_types = ["m6i.large", "m5.large"], spot_max_price = "0.05", on_demand_base = 2, on_demand_percent = 50, min = 2, max = 7, target_percent = 80, warmup_seconds = 120 }
    node     = { volume_gb = 60, volume_kms_key_arn = "arn:aws:kms:ap-southeast-2:123456789012:key/1", key_name = "ops", hop_limit = 2 }
    alarms   = { topics = { oncall = "arn:aws:sns:ap-southeast-2:123456789012:oncall" }, cpu_reservation = 80, minutes = 5, spot_interruptions = 2 }
  }
  assert {
    condition     = length(aws_autoscaling_group.nodes.mixed_instances_policy[0].launch_template[0].override) == 2
    error_message = "every instance type is an override"
  }
  assert {
    condition     = aws_autoscaling_group.nodes.mixed_instances_policy[0].instances_distribution[0].spot_max_price == "0.05" && aws_autoscaling_group.nodes.mixed_instances_policy[0].instances_distribution[0].spot_allocation_strategy == "price-capacity-optimized"
    error_message = "the maximum spot price reaches the policy"
  }
  assert {
    condition     = aws_autoscaling_group.nodes.mixed_instances_policy[0].instances_distribution[0].on_demand_base_capacity == 2 && aws_autoscaling_group.nodes.mixed_instances_policy[0].instances_distribution[0].on_demand_percentage_above_base_capacity == 50
    error_message = "the base and the share on demand reach the policy"
  }
  assert {
    condition     = aws_autoscaling_group.nodes.capacity_rebalance && !aws_autoscaling_group.nodes.instance_refresh[0].preferences[0].auto_rollback
    error_message = "spot machines at risk are replaced before they go; a refresh that fails stops, since the group has the new template already"
  }
  assert {
    condition     = aws_launch_template.nodes[0].block_device_mappings[0].ebs[0].volume_size == 60 && aws_launch_template.nodes[0].block_device_mappings[0].ebs[0].kms_key_id == "arn:aws:kms:ap-southeast-2:123456789012:key/1" && tobool(aws_launch_template.nodes[0].block_device_mappings[0].ebs[0].encrypted)
    error_message = "the root volume has the size and the key that were asked for"
  }
  assert {
    condition     = aws_launch_template.nodes[0].key_name == "ops" && aws_launch_template.nodes[0].metadata_options[0].http_put_response_hop_limit == 2
    error_message = "key pair and hop limit are the caller's in both ways"
  }
  assert {
    condition     = aws_ecs_capacity_provider.nodes.auto_scaling_group_provider[0].managed_scaling[0].target_capacity == 80 && aws_ecs_capacity_provider.nodes.auto_scaling_group_provider[0].managed_scaling[0].instance_warmup_period == 120
    error_message = "managed scaling keeps what is asked in reserve"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.reservation["cpu"].threshold == 80 && aws_cloudwatch_metric_alarm.reservation["memory"].threshold == 90 && aws_cloudwatch_metric_alarm.reservation["cpu"].evaluation_periods == 5
    error_message = "the thresholds are the caller's"
  }
  assert {
    condition     = anytrue([for query in aws_cloudwatch_metric_alarm.reservation["memory"].metric_query : query.expression == "IF(machines >= 7, reserved, 0)"])
    error_message = "a full cluster is an alarm only when it cannot grow"
  }
  assert {
    condition     = alltrue([for alarm in [aws_cloudwatch_metric_alarm.reservation["cpu"], aws_cloudwatch_metric_alarm.waiting[0], aws_cloudwatch_metric_alarm.spot_interruptions[0]] : alarm.alarm_actions == toset(["arn:aws:sns:ap-southeast-2:123456789012:oncall"])])
    error_message = "every alarm goes to the topic"
  }
  assert {
    condition     = aws_cloudwatch_event_target.spot_interruptions["oncall"].arn == "arn:aws:sns:ap-southeast-2:123456789012:oncall" && jsondecode(aws_cloudwatch_event_rule.spot_interruptions[0].event_pattern)["detail-type"] == ["EC2 Spot Instance Interruption Warning"]
    error_message = "every interruption goes to the topic"
  }
  assert {
    condition     = aws_cloudwatch_event_target.refresh_failed["oncall"].arn == "arn:aws:sns:ap-southeast-2:123456789012:oncall" && jsondecode(aws_cloudwatch_event_rule.refresh_failed[0].event_pattern).detail == { AutoScalingGroupName = ["appcluster-test"] } && aws_cloudwatch_metric_alarm.refresh_failed[0].alarm_actions == toset(["arn:aws:sns:ap-southeast-2:123456789012:oncall"])
    error_message = "a refresh that fails is told: no apply waits for it"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.spot_interruptions[0].period == 300 && aws_cloudwatch_metric_alarm.spot_interruptions[0].threshold == 2
    error_message = "many interruptions within the minutes are an alarm"
  }
}

run "a_bid_alone_is_all_spot_where_machines_may_stay_with_a_role_of_yours" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    capacity = { kind = "launch_template", instance_types = ["t3.medium"], spot_max_price = "0.03", refresh = { enabled = false } }
    roles    = { nodes = { instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/platform/nodes" } }
  }
  assert {
    condition     = aws_autoscaling_group.nodes.mixed_instances_policy[0].instances_distribution[0].on_demand_percentage_above_base_capacity == 0 && aws_autoscaling_group.nodes.capacity_rebalance
    error_message = "the classic values with another kind are spot as well"
  }
  assert {
    condition     = length(aws_autoscaling_group.nodes.instance_refresh) + length(aws_cloudwatch_event_rule.refresh_failed) == 0
    error_message = "without refresh the machines that run stay"
  }
  assert {
    condition     = aws_launch_template.nodes[0].iam_instance_profile[0].arn == "arn:aws:iam::123456789012:instance-profile/platform/nodes"
    error_message = "a template takes its ARN"
  }
  assert {
    condition     = [for statement in jsondecode(output.role_policies.nodes.policy).Statement : statement.Sid] == ["Find", "Join", "Serve", "Tag"] && jsondecode(output.role_policies.nodes.trust).Statement[0].Principal.Service == "ec2.amazonaws.com"
    error_message = "what the role must be allowed is said"
  }
}

run "all_around_it_made_in_the_same_apply" {
  command = plan

  module {
    source = "./tests/around"
  }
  assert {
    condition     = join(" ", keys(output.shared_load_balancers)) == "1"
    error_message = "ids that are not known yet decide nothing"
  }
}

run "arm_machines_get_an_arm_image_at_addresses_of_your_choice" {
  command = plan

  variables {
    capacity = { instance_types = ["t4g.medium", "m6g.large"] }
    network  = { cidr = "10.48.0.0/16", nat = "none", blocks = { public-a = "10.48.1.0/24", public-b = "10.48.2.0/24" } }
  }
  override_data {
    target = data.aws_ec2_instance_type.offered
    values = { supported_architectures = ["arm64"], memory_size = 4096 }
  }
  override_data {
    target = data.aws_ami.nodes
    values = { id = "ami-0123456789abcdef1", architecture = "arm64", root_device_name = "/dev/xvda", block_device_mappings = [] }
  }
  assert {
    condition     = data.aws_ssm_parameter.machine_image[0].name == "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id" && output.architecture == "arm64"
    error_message = "the image follows the processor"
  }
  assert {
    condition     = aws_subnet.public["b"].cidr_block == "10.48.2.0/24"
    error_message = "blocks decide"
  }
}

run "an_image_of_your_own_behind_network_acls" {
  command = plan

  variables {
    machine_image = { id = "ami-0fedcba9876543210" }
    network       = { data = true, ipv6 = true, acls = { services = { web = 8080 }, outbound = { https = 443, ssh = 22 } } }
  }
  override_data {
    target = data.aws_ami.nodes
    values = { id = "ami-0fedcba9876543210", architecture = "x86_64", root_device_name = "/dev/sda1", block_device_mappings = [] }
  }
  assert {
    condition     = length(data.aws_ssm_parameter.machine_image) == 0 && aws_launch_template.nodes[0].image_id == "ami-0fedcba9876543210"
    error_message = "the id decides"
  }
  assert {
    condition     = aws_launch_template.nodes[0].block_device_mappings[0].device_name == "/dev/sda1"
    error_message = "the volume that is made larger is the image's root"
  }
  assert {
    condition     = toset(keys(aws_network_acl.this)) == toset(["public", "private", "data"])
    error_message = "each kind of subnet has one"
  }
  assert {
    condition     = join(" ", sort([for rule in aws_network_acl.this["private"].ingress : "${rule.cidr_block}:${rule.from_port}-${rule.to_port}"])) == "0.0.0.0/0:32768-65535 10.0.0.0/16:8080-8080"
    error_message = "private subnets take services from inside, and answers"
  }
  assert {
    condition     = join(" ", sort([for rule in aws_network_acl.this["private"].egress : "${rule.cidr_block}:${rule.from_port}-${rule.to_port}"])) == "0.0.0.0/0:22-22 0.0.0.0/0:443-443 10.0.0.0/16:1024-65535"
    error_message = "and send to the ports that are named"
  }
  assert {
    condition     = alltrue([for rule in aws_network_acl.this["data"].ingress : rule.cidr_block == "10.0.0.0/16"]) && length(aws_network_acl.this["data"].ingress) == 4 && length([for rule in aws_network_acl.this["public"].ingress : rule if rule.ipv6_cidr_block == "::/0"]) == 3
    error_message = "databases answer inside alone, and callers may come by IPv6"
  }
  assert {
    condition     = alltrue(flatten([for acl in aws_network_acl.this : [for rules in [acl.ingress, acl.egress] : length(distinct(rules[*].rule_no)) == length(rules)]]))
    error_message = "no two rules have one number"
  }
}

run "an_image_by_a_parameter_and_the_role_in_a_path_of_its_own" {
  command = plan

  variables {
    machine_image = { ssm_parameter = "/golden/ecs/image_id" }
    roles         = { path = "/team/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
  }
  assert {
    condition     = data.aws_ssm_parameter.machine_image[0].name == "/golden/ecs/image_id"
    error_message = "the parameter decides"
  }
  assert {
    condition     = aws_iam_role.nodes[0].path == "/team/" && aws_iam_instance_profile.nodes[0].path == "/team/" && aws_iam_role.nodes[0].permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "role and profile have the path, the role its boundary"
  }
  assert {
    condition     = aws_iam_role.nodes[0].name == "appcluster-test-nodes-926944db" && length(aws_iam_role.nodes[0].name) <= 64
    error_message = "IAM knows one role of a name in all paths"
  }
}

run "a_network_that_exists_and_a_login_that_is_fetched_not_written" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    network         = { existing = { vpc_id = "vpc-1", node_subnet_ids = ["subnet-1"], load_balancer_subnet_ids = ["subnet-2", "subnet-3"] } }
    load_balancer   = {}
    registry_secret = "registry-login"
  }
  assert {
    condition     = length(aws_vpc.this) == 0 && length(aws_subnet.public) == 0 && length(aws_default_security_group.this) == 0 && output.vpc_id == "vpc-1" && output.nat == null
    error_message = "nothing is made beside a network that exists"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.shared[0].cidr_ipv4 == "172.31.0.0/16" && toset(aws_lb.shared["1"].subnets) == toset(["subnet-2", "subnet-3"])
    error_message = "the load balancer stands in it and reaches all of it"
  }
  assert {
    condition     = strcontains(local.user_data, "--secret-id 'arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf'")
    error_message = "user data holds the secret's ARN"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.nodes[0].policy).Statement : statement.Resource if statement.Sid == "LogIn"] == ["arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf"]
    error_message = "the nodes may read this secret and no other"
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.nodes[0].policy, "kms:") && jsondecode(aws_iam_role.nodes[0].assume_role_policy).Statement[0].Principal.Service == "ec2.amazonaws.com"
    error_message = "AWS's own key needs no permission"
  }
}

run "a_public_address_in_a_network_that_exists_and_a_login_under_a_key_of_yours" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    network         = { existing = { vpc_id = "vpc-1", node_subnet_ids = ["subnet-1"], load_balancer_subnet_ids = ["subnet-2", "subnet-3"], nat = false } }
    node            = { public_address = true }
    registry_secret = "registry-login"
  }
  override_data {
    target = data.aws_secretsmanager_secret.registry
    values = { arn = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf", kms_key_id = "arn:aws:kms:ap-southeast-2:123456789012:key/1" }
  }
  assert {
    condition     = output.nat == false && tobool(aws_launch_template.nodes[0].network_interfaces[0].associate_public_ip_address)
    error_message = "only when asked for"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.nodes[0].policy).Statement : [statement.Resource, statement.Condition] if statement.Sid == "Decrypt"] == [["arn:aws:kms:ap-southeast-2:123456789012:key/1", { StringEquals = { "kms:EncryptionContext:SecretARN" = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:registry-login-AbCdEf" } }]]
    error_message = "the nodes may decrypt this secret with its key, and nothing else"
  }
}

# What these make stays for the runs after them: they come last.

run "a_name_is_enough" {
  assert {
    condition     = length(aws_launch_template.nodes) == 1 && length(aws_launch_configuration.nodes) == 0
    error_message = "the default is the launch template: new AWS accounts know no launch configuration"
  }
  assert {
    condition     = aws_launch_template.nodes[0].metadata_options[0].http_tokens == "required" && aws_launch_template.nodes[0].metadata_options[0].http_put_response_hop_limit == 1
    error_message = "containers must not reach the node's credentials"
  }
  assert {
    condition     = length(aws_subnet.public) == 2 && length(aws_subnet.private) == 2 && length(aws_nat_gateway.this) == 1 && length(aws_subnet.data) == 0
    error_message = "the small network is two public and two private subnets behind one gateway"
  }
  assert {
    condition     = output.node_subnet_ids == toset([for subnet in aws_subnet.private : subnet.id]) && !tobool(aws_launch_template.nodes[0].network_interfaces[0].associate_public_ip_address)
    error_message = "nodes are private, and say so"
  }
  assert {
    condition     = length(aws_vpc_endpoint.s3) == 1 && length(aws_default_security_group.this[0].ingress) == 0
    error_message = "layers come from S3 without the gateway, and the network's default group is closed"
  }
  assert {
    condition     = anytrue([for tag in aws_autoscaling_group.nodes.tag : tag.key == "AmazonECSManaged"]) && anytrue([for tag in aws_autoscaling_group.nodes.tag : tag.key == "Stack"])
    error_message = "the group carries the provider's tags and the one that ECS would add"
  }
  assert {
    condition     = aws_autoscaling_group.nodes.force_delete && aws_autoscaling_group.nodes.protect_from_scale_in
    error_message = "protected machines need force_delete, or a destroy never ends"
  }
  assert {
    condition     = aws_autoscaling_group.nodes.instance_refresh[0].preferences[0].scale_in_protected_instances == "Refresh" && aws_autoscaling_group.nodes.instance_refresh[0].preferences[0].min_healthy_percentage == 100
    error_message = "a refresh that waits for protected machines never ends"
  }
  assert {
    condition     = aws_ecs_capacity_provider.nodes.auto_scaling_group_provider[0].managed_termination_protection == "ENABLED" && aws_ecs_capacity_provider.nodes.auto_scaling_group_provider[0].managed_draining == "ENABLED"
    error_message = "ECS decides which machine goes, and empties it first"
  }
  assert {
    condition     = contains(aws_ecs_cluster_capacity_providers.this.capacity_providers, "FARGATE") && contains(aws_ecs_cluster_capacity_providers.this.capacity_providers, "FARGATE_SPOT")
    error_message = "a tenant may run on Fargate"
  }
  assert {
    condition     = aws_ecs_cluster.this.configuration[0].execute_command_configuration[0].logging == "OVERRIDE" && length(aws_cloudwatch_log_group.execute_command) == 1
    error_message = "sessions in containers are kept"
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.reservation) == 2 && length(aws_cloudwatch_metric_alarm.waiting) == 1 && length(aws_cloudwatch_event_rule.spot_interruptions) == 0
    error_message = "alarms need no topic; without spot nothing is interrupted"
  }
  assert {
    condition     = { for name, rule in aws_vpc_security_group_egress_rule.nodes : name => "${rule.cidr_ipv4} ${rule.ip_protocol}" } == { everything = "0.0.0.0/0 -1" }
    error_message = "machines reach everything unless told otherwise"
  }
  assert {
    condition     = !aws_autoscaling_group.nodes.capacity_rebalance && length(aws_lb.shared) == 0 && length(output.shared_load_balancers) == 0
    error_message = "no rebalancing without spot, no shared load balancer unless asked for"
  }
  assert {
    condition     = data.aws_ssm_parameter.machine_image[0].name == "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id" && output.architecture == "x86_64"
    error_message = "the image is AWS's latest for the processor of the instance types"
  }
  assert {
    condition     = strcontains(local.user_data, "ECS_CONTAINER_INSTANCE_TAGS={\"Name\":\"appcluster-test\",\"Stack\":\"appcluster-test\"}\n")
    error_message = "ECS's own entry of a machine carries the provider's tags"
  }
  assert {
    condition     = alltrue([for driver in ["awsfirelens", "awslogs", "fluentd", "gelf", "journald", "json-file", "none", "splunk", "syslog"] : strcontains(local.agent_settings.ECS_AVAILABLE_LOGGING_DRIVERS, "\"${driver}\"")])
    error_message = "every log driver that tenant-service takes finds a machine"
  }
  assert {
    condition     = { for specification in aws_launch_template.nodes[0].tag_specifications : specification.resource_type => specification.tags } == { for kind in ["volume", "network-interface"] : kind => tomap({ Name = "appcluster-test", Stack = "appcluster-test" }) }
    error_message = "what comes with a machine carries them too"
  }
  assert {
    condition     = strcontains(local.user_data, "ECS_IMAGE_PULL_BEHAVIOR=once\n")
    error_message = "with prefer-cached the agent would never remove an image"
  }
  assert {
    condition     = output.namespace == null && length(aws_service_discovery_private_dns_namespace.this) + length(aws_security_group.callers) + length(aws_vpc_security_group_ingress_rule.callers) == 0
    error_message = "nothing is made, and no rule opens, unless it is asked for"
  }
}

run "addresses_of_both_kinds_and_services_find_each_other" {
  variables {
    network = { ipv6 = true, zones = ["a", "c"] }
    load_balancer = {
      dual_stack      = true
      allowed         = { everyone = "0.0.0.0/0", everyone6 = "::/0" }
      count           = 2
      certificate_arn = "arn:aws:acm:ap-southeast-2:123456789012:certificate/all"
      certificates    = { shop = "arn:aws:acm:ap-southeast-2:123456789012:certificate/shop", iam = "arn:aws:iam::123456789012:server-certificate/old" }
      security_groups = { office = "sg-0f" }
    }
    node          = { security_groups = { files = "sg-0e" }, egress = { all = { to = "0.0.0.0/0", port = 443 }, database = { to = "sg-0db", port = 5432 } } }
    node_policies = { shell = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" }
    namespace     = "test.internal"
  }
  assert {
    condition     = { for name, certificate in aws_lb_listener_certificate.shared : name => split("/", certificate.certificate_arn)[1] } == { "1 iam" = "old", "1 shop" = "shop", "2 iam" = "old", "2 shop" = "shop" }
    error_message = "each listener has the further certificates"
  }
  assert {
    condition     = contains(aws_lb.shared["2"].security_groups, "sg-0f") && length(aws_lb.shared["2"].security_groups) == 3 && contains(aws_launch_template.nodes[0].network_interfaces[0].security_groups, "sg-0e")
    error_message = "load balancers and machines have the further groups"
  }
  assert {
    condition     = { for name, rule in aws_vpc_security_group_egress_rule.nodes : name => "${rule.description} ${coalesce(rule.cidr_ipv4, rule.referenced_security_group_id)} ${rule.ip_protocol} ${rule.from_port}" } == { all = "all 0.0.0.0/0 tcp 443", database = "database sg-0db tcp 5432" }
    error_message = "machines reach what is named, and no more"
  }
  assert {
    condition     = aws_vpc.this[0].assign_generated_ipv6_cidr_block && aws_subnet.public["c"].ipv6_cidr_block == "2001:db8:1200:2::/64" && anytrue([for route in aws_route_table.public[0].route : try(route.ipv6_cidr_block == "::/0", false)])
    error_message = "public subnets have addresses of both kinds, and a way out for both"
  }
  assert {
    condition     = aws_lb.shared["1"].ip_address_type == "dualstack" && aws_subnet.private["a"].ipv6_cidr_block == null
    error_message = "the shared load balancers are found by both; the nodes stay by themselves"
  }
  assert {
    condition     = distinct([for statement in jsondecode(aws_iam_role_policy.nodes[0].policy).Statement : statement.Resource if join(" ", statement.Action) != "ecs:DiscoverPollEndpoint"]) == tolist(["arn:aws:ecs:ap-southeast-2:123456789012:cluster/appcluster-test", "arn:aws:ecs:ap-southeast-2:123456789012:container-instance/appcluster-test/*"])
    error_message = "every call but the first is bound to this cluster and its machines"
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.nodes[0].policy, "ecr:") && !strcontains(aws_iam_role_policy.nodes[0].policy, "logs:")
    error_message = "images and logs are the tenants' own execution roles' business"
  }
  assert {
    condition     = aws_iam_role_policy_attachment.nodes["shell"].policy_arn == "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    error_message = "more, when given"
  }
  assert {
    condition     = aws_service_discovery_private_dns_namespace.this[0].vpc == local.vpc_id && output.namespace.name == "test.internal" && output.namespace.id == aws_service_discovery_private_dns_namespace.this[0].id
    error_message = "the zone is the network's alone"
  }
  assert {
    condition = { for name, rule in aws_vpc_security_group_ingress_rule.callers : name => [rule.security_group_id, rule.referenced_security_group_id, rule.from_port, rule.to_port] } == {
      nodes   = [aws_security_group.nodes.id, aws_security_group.nodes.id, 32768, 65535]
      callers = [aws_security_group.nodes.id, output.namespace.callers_security_group_id, 32768, 65535]
    }
    error_message = "tasks on nodes are called from nodes and by tasks with an address, at their dynamic ports alone"
  }
}

run "shared_by_https_inside_and_a_login_under_an_alias_in_china" {
  state_key = "internal"
  variables {
    name = "appcluster-with-a-name-of-30-ab"
    load_balancer = {
      count               = 12
      certificate_arn     = "arn:aws:acm:ap-southeast-2:123456789012:certificate/1"
      internal            = true
      allowed             = { office = "203.0.113.0/24", office6 = "2001:db8::/32" }
      idle_seconds        = 120
      access_logs         = { bucket = "logs", prefix = "shared" }
      deletion_protection = true
    }
    network         = { cidr = "10.48.0.0/16", zones = ["a", "c"], nat = "one", data = true }
    insights        = { mode = "disabled" }
    execute_command = { logged = false }
    alarms          = { enabled = false }
    capacity        = { on_demand_percent = 0 }
    registry_secret = "registry-login"
  }
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn", dns_suffix = "amazonaws.com.cn" }
  }
  override_data {
    target = data.aws_secretsmanager_secret.registry
    values = { arn = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:x", kms_key_id = "alias/ours" }
  }
  assert {
    condition     = aws_lb_listener.shared["1"].port == 443 && aws_lb_listener.shared["1"].protocol == "HTTPS" && aws_lb_listener.redirect["1"].default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "with a certificate HTTPS, and HTTP is sent there"
  }
  assert {
    condition     = alltrue([for balancer in aws_lb.shared : length(balancer.name) <= 32]) && length(distinct([for balancer in aws_lb.shared : balancer.name])) == 12
    error_message = "names of load balancers have 32 characters at most, and differ"
  }
  assert {
    condition     = toset(aws_lb.shared["1"].subnets) == toset([for subnet in aws_subnet.private : subnet.id]) && aws_lb.shared["1"].internal
    error_message = "an internal load balancer stands in the private subnets"
  }
  assert {
    condition     = aws_lb.shared["12"].enable_deletion_protection && aws_lb.shared["12"].idle_timeout == 120 && aws_lb.shared["12"].access_logs[0].bucket == "logs" && aws_lb.shared["12"].access_logs[0].prefix == "shared"
    error_message = "each is what was asked for"
  }
  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.shared) == 4 && aws_vpc_security_group_ingress_rule.shared["office6-https"].cidr_ipv6 == "2001:db8::/32" && aws_vpc_security_group_ingress_rule.shared["office-https"].cidr_ipv4 == "203.0.113.0/24"
    error_message = "those who are allowed, by both protocols, and nobody else"
  }
  assert {
    condition     = join(" ", keys(aws_nat_gateway.this)) == "a" && length(aws_route_table.private) == 2
    error_message = "one gateway serves the private subnets of all zones"
  }
  assert {
    condition     = aws_subnet.public["c"].cidr_block == "10.48.32.0/20" && aws_subnet.private["c"].cidr_block == "10.48.160.0/20" && aws_subnet.data["c"].cidr_block == "10.48.104.0/22"
    error_message = "a zone's letter fixes its addresses, whichever zones there are"
  }
  assert {
    condition     = output.data_subnet_ids == toset([for subnet in aws_subnet.data : subnet.id])
    error_message = "a database finds its subnets"
  }
  assert {
    condition     = length(aws_cloudwatch_log_group.insights) == 0 && length(aws_cloudwatch_log_group.execute_command) == 0 && aws_ecs_cluster.this.configuration[0].execute_command_configuration[0].logging == "NONE"
    error_message = "nothing is kept"
  }
  assert {
    condition     = length(output.alarms) == 0 && length(aws_cloudwatch_event_rule.spot_interruptions) == 0
    error_message = "nothing is watched"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.nodes[0].policy).Statement : [statement.Resource, statement.Condition["ForAnyValue:StringEquals"]] if statement.Sid == "Decrypt"] == [["arn:aws-cn:kms:ap-southeast-2:123456789012:key/*", { "kms:ResourceAliases" = "alias/ours" }]]
    error_message = "a key is found by its alias, in every partition"
  }
  assert {
    condition     = jsondecode(aws_iam_role.nodes[0].assume_role_policy).Statement[0].Principal.Service == "ec2.amazonaws.com.cn"
    error_message = "EC2 has a name of its own there"
  }
}

run "shared_by_http_and_every_name_that_a_hash_makes" {
  variables {
    load_balancer = { count = 2 }
  }
  assert {
    condition     = join(" ", keys(output.shared_load_balancers)) == "1 2" && length(aws_lb_listener.redirect) == 0 && output.capacity_providers == toset(["nodes-appcluster-test", "FARGATE", "FARGATE_SPOT"]) && output.nat
    error_message = "load balancers are known by their number; without a certificate there is nothing to redirect to"
  }
  assert {
    condition     = aws_lb_listener.shared["1"].port == 80 && aws_lb_listener.shared["1"].protocol == "HTTP" && aws_lb_listener.shared["1"].default_action[0].fixed_response[0].status_code == "404"
    error_message = "a name that nobody has gets a 404"
  }
  assert {
    condition     = output.shared_load_balancers["2"].listener_arn == aws_lb_listener.shared["2"].arn && output.shared_load_balancers["2"].security_group_id == aws_security_group.shared[0].id
    error_message = "tenants put their rules on the listener of their load balancer"
  }
  assert {
    condition     = contains(aws_lb.shared["1"].security_groups, aws_security_group.load_balancers.id)
    error_message = "they reach the nodes as the tenants' own load balancers do"
  }
  assert {
    condition     = keys(aws_vpc_security_group_ingress_rule.shared) == ["everyone-http"] && aws_vpc_security_group_egress_rule.shared[0].cidr_ipv4 == "10.0.0.0/16"
    error_message = "in from everybody on port 80, out to tasks of the network"
  }
  assert {
    condition     = aws_iam_role.nodes[0].name == "appcluster-test-nodes-954a9734" && aws_iam_instance_profile.nodes[0].name == aws_iam_role.nodes[0].name
    error_message = "another formula replaces the role of every node"
  }
  assert {
    condition     = aws_lb.shared["1"].name == "appcluster-test-c9c52623-1"
    error_message = "another formula replaces every shared load balancer, with the rules of all tenants"
  }
}

run "a_shared_load_balancer_does_not_turn_inwards" {
  command = plan

  variables {
    load_balancer = { count = 2, internal = true }
  }
  expect_failures = [aws_lb.shared]
}
