# What is refused, and how each refusal begins: `terraform test -test-directory=tests/refused`. The project's own tests
# run every case on variables.tf alone, which takes a second, compare what Terraform says, and hold that no validation
# is without a case here.

mock_provider "aws" {
  mock_data "aws_ec2_instance_type" {
    defaults = { supported_architectures = ["x86_64"], memory_size = 4096 }
  }
  mock_data "aws_ami" {
    defaults = { architecture = "x86_64", block_device_mappings = [] }
  }
}

variables {
  name = "appcluster-test"
}

# says: name: use 2 to 31 lower-case
run "a_name_in_capitals" {
  command = plan

  variables {
    name = "Bad_Name"
  }
  expect_failures = [var.name]
}

# says: name: use 2 to 31 lower-case
run "a_name_of_one_letter" {
  command = plan

  variables {
    name = "a"
  }
  expect_failures = [var.name]
}

# says: name: use 2 to 31 lower-case
run "a_name_that_security_groups_refuse" {
  command = plan

  variables {
    name = "sg-test"
  }
  expect_failures = [var.name]
}

# says: network.existing: give node_subnet_ids
run "subnets_of_a_network_that_exists" {
  command = plan

  variables {
    network = { existing = { vpc_id = "vpc-1", node_subnet_ids = ["subnet-1"], load_balancer_subnet_ids = ["subnet-2"] } }
  }
  expect_failures = [var.network]
}

# says: network: data, ipv6, blocks and acls are for a network made here
run "data_subnets_in_a_network_that_exists" {
  command = plan

  variables {
    network = { data = true, existing = { vpc_id = "vpc-1", node_subnet_ids = ["subnet-1"], load_balancer_subnet_ids = ["subnet-2", "subnet-3"] } }
  }
  expect_failures = [var.network]
}

# says: network.acls: every value is a port
run "a_port_that_is_none" {
  command = plan

  variables {
    network = { acls = { services = { web = 80800 } } }
  }
  expect_failures = [var.network]
}

# says: network.acls: a network ACL holds 20 rules
run "more_rules_than_an_acl_holds" {
  command = plan

  variables {
    network = { acls = { services = { for port in range(8000, 8020) : "web-${port}" => port } } }
  }
  expect_failures = [var.network]
}

# says: network.cidr: give an IPv4 block
run "a_small_block" {
  command = plan

  variables {
    network = { cidr = "10.0.0.0/24" }
  }
  expect_failures = [var.network]
}

# says: network.cidr: give an IPv4 block
run "a_block_that_begins_in_the_middle" {
  command = plan

  variables {
    network = { cidr = "10.0.0.1/16" }
  }
  expect_failures = [var.network]
}

# says: network.zones: name two or more
run "one_zone" {
  command = plan

  variables {
    network = { zones = ["a"] }
  }
  expect_failures = [var.network]
}

# says: network.nat: use
run "two_gateways" {
  command = plan

  variables {
    network = { nat = "two" }
  }
  expect_failures = [var.network]
}

# says: network.blocks: give one for every subnet
run "a_block_is_missing" {
  command = plan

  variables {
    network = { nat = "none", blocks = { public-a = "10.0.0.0/20" } }
  }
  expect_failures = [var.network]
}

# says: network.blocks: give one for every subnet
run "a_block_too_many" {
  command = plan

  variables {
    network = { nat = "none", blocks = { public-a = "10.0.0.0/20", public-b = "10.0.16.0/20", data-a = "10.0.32.0/20" } }
  }
  expect_failures = [var.network]
}

# says: network.blocks: every value is an IPv4 block
run "a_block_is_no_block" {
  command = plan

  variables {
    network = { nat = "none", blocks = { public-a = "10.0.0.0/20", public-b = "10.0.16.0" } }
  }
  expect_failures = [var.network]
}

# says: network.blocks: every block must lie in network.cidr
run "a_block_outside" {
  command = plan

  variables {
    network = { nat = "none", blocks = { public-a = "10.0.0.0/20", public-b = "10.1.0.0/20" } }
  }
  expect_failures = [var.network]
}

# says: network.blocks: two subnets overlap
run "overlapping_subnets" {
  command = plan

  variables {
    network = { nat = "none", blocks = { public-a = "10.0.0.0/20", public-b = "10.0.8.0/21" } }
  }
  expect_failures = [var.network]
}

# says: network.blocks: two subnets overlap
run "the_same_subnet_twice" {
  command = plan

  variables {
    network = { nat = "none", blocks = { public-a = "10.0.0.0/20", public-b = "10.0.0.0/20" } }
  }
  expect_failures = [var.network]
}

# says: capacity.kind: use
run "an_unknown_kind" {
  command = plan

  variables {
    capacity = { kind = "template" }
  }
  expect_failures = [var.capacity]
}

# says: capacity.instance_types: name one or more
run "no_instance_type" {
  command = plan

  variables {
    capacity = { instance_types = [] }
  }
  expect_failures = [var.capacity]
}

# says: capacity.instance_types: name one or more
run "a_family_is_no_type" {
  command = plan

  variables {
    capacity = { instance_types = ["t3"] }
  }
  expect_failures = [var.capacity]
}

# says: capacity.instance_types: a launch configuration takes exactly one
run "classic_with_two_types" {
  command = plan

  variables {
    capacity = { kind = "launch_configuration", instance_types = ["t3.medium", "t3a.medium"] }
  }
  expect_failures = [var.capacity]
}

# says: capacity.spot_max_price: give US dollars
run "a_bid_of_nothing" {
  command = plan

  variables {
    capacity = { spot_max_price = "0.00", on_demand_percent = 0 }
  }
  expect_failures = [var.capacity]
}

# says: capacity.spot_max_price: a bid, but every machine is on demand
run "a_bid_with_on_demand_only" {
  command = plan

  variables {
    capacity = { spot_max_price = "0.02", on_demand_percent = 100 }
  }
  expect_failures = [var.capacity]
}

# says: capacity.spot_max_price: a bid, but every machine is on demand
run "a_bid_with_a_base_of_all" {
  command = plan

  variables {
    capacity = { spot_max_price = "0.02", on_demand_base = 4, max = 4 }
  }
  expect_failures = [var.capacity]
}

# says: capacity: a launch configuration mixes nothing
run "classic_mixes_nothing" {
  command = plan

  variables {
    capacity = { kind = "launch_configuration", instance_types = ["t3.medium"], on_demand_base = 1 }
  }
  expect_failures = [var.capacity]
}

# says: capacity: on_demand_base counts machines
run "half_a_machine" {
  command = plan

  variables {
    capacity = { on_demand_base = 0.5, on_demand_percent = 50 }
  }
  expect_failures = [var.capacity]
}

# says: capacity.on_demand_base: more machines than max
run "more_on_demand_than_machines" {
  command = plan

  variables {
    capacity = { on_demand_base = 5, max = 4 }
  }
  expect_failures = [var.capacity]
}

# says: capacity: min counts machines
run "max_below_min" {
  command = plan

  variables {
    capacity = { min = 3, max = 2 }
  }
  expect_failures = [var.capacity]
}

# says: capacity.target_percent: use 1 to 100
run "more_than_everything_in_use" {
  command = plan

  variables {
    capacity = { target_percent = 120 }
  }
  expect_failures = [var.capacity]
}

# says: capacity.warmup_seconds: how long
run "a_long_warmup" {
  command = plan

  variables {
    capacity = { warmup_seconds = 20000 }
  }
  expect_failures = [var.capacity]
}

# says: capacity.refresh: min_healthy_percent
run "a_refresh_of_everything_at_once" {
  command = plan

  variables {
    capacity = { refresh = { min_healthy_percent = 0, max_healthy_percent = 200 } }
  }
  expect_failures = [var.capacity]
}

# says: node.volume_gb: use 30
run "a_small_volume" {
  command = plan

  variables {
    node = { volume_gb = 8 }
  }
  expect_failures = [var.node]
}

# says: node.volume_kms_key_arn: give the ARN
run "a_key_by_its_alias" {
  command = plan

  variables {
    node = { volume_kms_key_arn = "alias/mine" }
  }
  expect_failures = [var.node]
}

# says: node.volume_kms_key_arn: a launch configuration
run "classic_with_a_key_of_ones_own" {
  command = plan

  variables {
    capacity = { kind = "launch_configuration", instance_types = ["t3.medium"] }
    node     = { volume_kms_key_arn = "arn:aws:kms:ap-southeast-2:123456789012:key/1" }
  }
  expect_failures = [var.node]
}

# says: node.hop_limit: use 1
run "no_hop" {
  command = plan

  variables {
    node = { hop_limit = 0 }
  }
  expect_failures = [var.node]
}

# says: node.public_address: without a NAT gateway
run "a_node_that_reaches_nothing" {
  command = plan

  variables {
    network = { nat = "none" }
    node    = { public_address = false }
  }
  expect_failures = [var.node]
}

# says: node.reserved_memory: MiB
run "less_than_no_memory" {
  command = plan

  variables {
    node = { reserved_memory = -1 }
  }
  expect_failures = [var.node]
}

# says: node.clean_up: interval_minutes is 10
run "clean_up_every_minute" {
  command = plan

  variables {
    node = { clean_up = { interval_minutes = 1 } }
  }
  expect_failures = [var.node]
}

# says: machine_image.id: give an id
run "an_image_called_latest" {
  command = plan

  variables {
    machine_image = { id = "latest" }
  }
  expect_failures = [var.machine_image]
}

# says: machine_image.ssm_parameter: give the full name
run "half_a_parameter" {
  command = plan

  variables {
    machine_image = { ssm_parameter = "image_id" }
  }
  expect_failures = [var.machine_image]
}

# says: machine_image.ssm_parameter: nodes need Amazon Linux 2023
run "a_parameter_of_another_system" {
  command = plan

  variables {
    machine_image = { ssm_parameter = "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id" }
  }
  expect_failures = [var.machine_image]
}

# says: machine_image: give id or ssm_parameter
run "two_images" {
  command = plan

  variables {
    machine_image = { id = "ami-0123456789abcdef0", ssm_parameter = "/golden/image" }
  }
  expect_failures = [var.machine_image]
}

# says: registry_secret: give the name of a secret
run "the_login_itself" {
  command = plan

  variables {
    registry_secret = "{\"password\": \"x\"}"
  }
  expect_failures = [var.registry_secret]
}

# says: agent_settings: every name begins with ECS_
run "a_setting_of_two_lines" {
  command = plan

  variables {
    agent_settings = { ECS_LOGLEVEL = "info\nECS_CLUSTER=other" }
  }
  expect_failures = [var.agent_settings]
}

# says: agent_settings: user data is readable
run "a_login_in_user_data" {
  command = plan

  variables {
    agent_settings = { ECS_ENGINE_AUTH_DATA = "{}" }
  }
  expect_failures = [var.agent_settings]
}

# says: agent_settings: the nodes join the cluster made here
run "another_cluster" {
  command = plan

  variables {
    agent_settings = { ECS_CLUSTER = "other" }
  }
  expect_failures = [var.agent_settings]
}

# says: node_policies: every value is the ARN
run "a_policy_by_its_name" {
  command = plan

  variables {
    node_policies = { shell = "AmazonSSMManagedInstanceCore" }
  }
  expect_failures = [var.node_policies]
}

# says: insights.mode: use
run "insights_on" {
  command = plan

  variables {
    insights = { mode = "on" }
  }
  expect_failures = [var.insights]
}

# says: insights.retention_days: CloudWatch knows
run "insights_for_two_days" {
  command = plan

  variables {
    insights = { retention_days = 2 }
  }
  expect_failures = [var.insights]
}

# says: insights.kms_key_arn: give the ARN
run "insights_with_an_alias" {
  command = plan

  variables {
    insights = { kms_key_arn = "alias/mine" }
  }
  expect_failures = [var.insights]
}

# says: execute_command.retention_days: CloudWatch knows
run "sessions_for_two_days" {
  command = plan

  variables {
    execute_command = { retention_days = 2 }
  }
  expect_failures = [var.execute_command]
}

# says: execute_command.kms_key_arn: give the ARN
run "sessions_with_an_alias" {
  command = plan

  variables {
    execute_command = { kms_key_arn = "alias/mine" }
  }
  expect_failures = [var.execute_command]
}

# says: load_balancer.count: use 1 to 50
run "no_shared_load_balancer" {
  command = plan

  variables {
    load_balancer = { count = 0 }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.count: use 1 to 50
run "too_many_shared_load_balancers" {
  command = plan

  variables {
    load_balancer = { count = 51 }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.certificate_arn: give the ARN
run "a_certificate_by_its_name" {
  command = plan

  variables {
    load_balancer = { certificate_arn = "*.example.com" }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.https: true needs certificate_arn
run "https_without_a_certificate" {
  command = plan

  variables {
    load_balancer = { https = true }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.https: true needs certificate_arn
run "http_with_a_certificate" {
  command = plan

  variables {
    load_balancer = { https = false, certificate_arn = "arn:aws:acm:ap-southeast-2:123456789012:certificate/1" }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.ssl_policy: use a policy
run "an_old_tls" {
  command = plan

  variables {
    load_balancer = { ssl_policy = "ELBSecurityPolicy-2016-08" }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.allowed: name at least one
run "nobody_may_connect" {
  command = plan

  variables {
    load_balancer = { allowed = {} }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.allowed: every value is a block
run "a_name_for_a_block" {
  command = plan

  variables {
    load_balancer = { allowed = { office = "office.example.com" } }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.dual_stack: allowed has no block
run "ipv6_for_nobody" {
  command = plan

  variables {
    network       = { ipv6 = true }
    load_balancer = { dual_stack = true }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.dual_stack: its subnets have no IPv6
run "ipv6_without_addresses" {
  command = plan

  variables {
    load_balancer = { dual_stack = true, allowed = { everyone6 = "::/0" } }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.dual_stack: its subnets have no IPv6
run "ipv6_in_private_subnets" {
  command = plan

  variables {
    network       = { ipv6 = true }
    load_balancer = { dual_stack = true, internal = true, allowed = { everyone6 = "::/0" } }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.idle_seconds: use 1 to 4000
run "idle_for_hours" {
  command = plan

  variables {
    load_balancer = { idle_seconds = 7200 }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.access_logs.prefix: no slash
run "a_prefix_with_a_slash" {
  command = plan

  variables {
    load_balancer = { access_logs = { bucket = "logs", prefix = "/shared" } }
  }
  expect_failures = [var.load_balancer]
}

# says: alarms.topics: every value is the ARN
run "a_topic_by_its_name" {
  command = plan

  variables {
    alarms = { topics = { oncall = "oncall" } }
  }
  expect_failures = [var.alarms]
}

# says: alarms.topics: CloudWatch tells at most five
run "six_topics" {
  command = plan

  variables {
    alarms = { topics = { for name in ["a", "b", "c", "d", "e", "f"] : name => "arn:aws:sns:ap-southeast-2:123456789012:${name}" } }
  }
  expect_failures = [var.alarms]
}

# says: alarms.topics: nothing is told
run "a_topic_that_hears_nothing" {
  command = plan

  variables {
    alarms = { enabled = false, topics = { oncall = "arn:aws:sns:ap-southeast-2:123456789012:oncall" } }
  }
  expect_failures = [var.alarms]
}

# says: alarms: cpu_reservation and memory_reservation
run "more_than_everything_reserved" {
  command = plan

  variables {
    alarms = { cpu_reservation = 120 }
  }
  expect_failures = [var.alarms]
}

# says: alarms.minutes: a whole number
run "two_days_of_alarm" {
  command = plan

  variables {
    alarms = { minutes = 2880 }
  }
  expect_failures = [var.alarms]
}

# says: alarms.spot_interruptions: 1 or more
run "no_interruption_is_an_alarm" {
  command = plan

  variables {
    alarms = { spot_interruptions = 0 }
  }
  expect_failures = [var.alarms]
}

# says: roles.path: begin and end with a slash
run "path_without_slashes" {
  command = plan

  variables {
    roles = { path = "team" }
  }
  expect_failures = [var.roles]
}

# says: roles.permissions_boundary: give the ARN
run "boundary_by_name" {
  command = plan

  variables {
    roles = { permissions_boundary = "boundary" }
  }
  expect_failures = [var.roles]
}

# says: roles.nodes: a role of yours is given by its instance profile
run "role_instead_of_its_profile" {
  command = plan

  variables {
    roles = { nodes = { instance_profile_arn = "arn:aws:iam::123456789012:role/nodes" } }
  }
  expect_failures = [var.roles]
}

# says: roles.nodes: the module changes no role of yours
run "policies_for_a_role_of_yours" {
  command = plan

  variables {
    roles         = { nodes = { instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/nodes" } }
    node_policies = { shell = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" }
  }
  expect_failures = [var.roles]
}

# says: node.security_groups: every value
run "group_by_name" {
  command = plan

  variables {
    node = { security_groups = { files = "files" } }
  }
  expect_failures = [var.node]
}

# says: node.egress: to is a block
run "a_place_in_prose" {
  command = plan

  variables {
    node = { egress = { database = { to = "database" } } }
  }
  expect_failures = [var.node]
}

# says: node.egress: protocol is
run "last_port_before_the_first" {
  command = plan

  variables {
    node = { egress = { database = { to = "10.0.0.0/8", port = 5432, last_port = 1 } } }
  }
  expect_failures = [var.node]
}

# says: node.egress: name 1 to 60
run "nowhere_to_go" {
  command = plan

  variables {
    node = { egress = {} }
  }
  expect_failures = [var.node]
}

# says: load_balancer.certificates: up to 25
run "further_certificate_by_name" {
  command = plan

  variables {
    load_balancer = { certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1", certificates = { shop = "shop" } }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.certificates: they are further
run "further_than_http" {
  command = plan

  variables {
    load_balancer = { certificates = { shop = "arn:aws:acm:eu-west-1:123456789012:certificate/1" } }
  }
  expect_failures = [var.load_balancer]
}

# says: load_balancer.security_groups: up to three
run "four_further_groups" {
  command = plan

  variables {
    load_balancer = { security_groups = { a = "sg-1", b = "sg-2", c = "sg-3", d = "sg-4" } }
  }
  expect_failures = [var.load_balancer]
}

# says: namespace: give a DNS name
run "a_namespace_in_capitals" {
  command = plan

  variables {
    namespace = "Test.internal"
  }
  expect_failures = [var.namespace]
}
