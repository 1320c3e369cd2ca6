# The task definition, the roles, and where tasks are placed.

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
  stack  = "appcluster-test"
  tenant = "acme"

  cluster = {
    name              = "appcluster-test"
    arn               = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/appcluster-test"
    capacity_provider = "nodes-appcluster-test"
    vpc_id            = "vpc-1"
    node_subnet_ids   = ["subnet-1", "subnet-2"]
  }

  containers = {
    web = { image = "registry.example.com:5000/web:90", port = 8080 }
  }

  target = {
    mode                     = "own"
    fact                     = "instance-own-public"
    identity                 = "ap-southeast-2/appcluster-test/acme/vpc-1/instance/public"
    target_group_arn         = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/x/1"
    target_group_arn_suffix  = "targetgroup/x/1"
    load_balancer_arn_suffix = "app/x/1"
    security_group_id        = "sg-lb"
    drain_seconds            = 30
  }
  service = { first = { way_in = "instance-own-public", service = "ec2-replica-44136fa3", discovery = null } }
}

run "a_container_in_full" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    containers = {
      web = {
        image          = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/team/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        cpu            = 256
        memory         = 512
        port           = 8080
        more_ports     = { metrics = { container = 9090 }, game = { container = 7777, host = 7777, protocol = "udp" } }
        entry_point    = ["/entry"]
        command        = ["serve"]
        user           = "1000:1000"
        environment    = { B = "2", A = "1", C = null, PORT = "8080" }
        secrets        = { PASSWORD = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:db-AbCdEf:password::", USER = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:db-AbCdEf:user::", KEY = "arn:aws:ssm:ap-southeast-2:123456789012:parameter/key" }
        registry_login = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:login-AbCdEf"
        read_only_root = true
        stop_timeout   = 60
        after          = { migrate = "SUCCESS" }
        mounts         = { "/data" = { volume = "data" }, "/scratch" = { volume = "scratch" } }
        ulimits        = { nofile = { soft = 1024, hard = 4096 } }
        health_check   = { command = ["CMD", "/healthy"] }
        links          = ["migrate"]
        labels         = { "com.example.team" = "web", gone = null }
        restart        = { ignored_exit_codes = [143, 0], after_seconds = 60 }

        environment_files = ["arn:aws:s3:::settings/acme/b.env", "arn:aws:s3:::settings/a.env"]
      }
      migrate = { image = "web:1", essential = false, memory = 64, memory_reservation = 32, log = { driver = "syslog" }, mounts = { "/data" = { volume = "data", read_only = true } } }
    }
    task = {
      architecture = "ARM64"
      kms_keys     = ["arn:aws:kms:ap-southeast-2:123456789012:key/1"]
      policy       = "{\"Version\": \"2012-10-17\", \"Statement\": []}"
      policy_arns  = { read = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" }
      volumes = {
        data    = { efs = { file_system_id = "fs-1", access_point_id = "fsap-2" } }
        scratch = {}
      }
    }
  }
  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : container.name] == ["migrate", "web"] && jsondecode(aws_ecs_task_definition.this.container_definitions)[1].environment == [{ name = "A", value = "1" }, { name = "B", value = "2" }, { name = "PORT", value = "8080" }]
    error_message = "containers and variables come in the order of their names, so that no plan shows a change of order; a null is no variable, or AWS would show a change in every plan"
  }
  assert {
    condition = { for key, value in jsondecode(aws_ecs_task_definition.this.container_definitions)[1] : key => value if !contains(["environment", "secrets", "logConfiguration"], key) } == {
      name                   = "web"
      image                  = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/team/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      cpu                    = 256
      memory                 = 512
      memoryReservation      = 128
      essential              = true
      readonlyRootFilesystem = true
      stopTimeout            = 60
      user                   = "1000:1000"
      entryPoint             = ["/entry"]
      command                = ["serve"]
      repositoryCredentials  = { credentialsParameter = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:login-AbCdEf" }
      dependsOn              = [{ containerName = "migrate", condition = "SUCCESS" }]
      ulimits                = [{ name = "nofile", softLimit = 1024, hardLimit = 4096 }]
      mountPoints            = [{ containerPath = "/data", sourceVolume = "data", readOnly = false }, { containerPath = "/scratch", sourceVolume = "scratch", readOnly = false }]
      volumesFrom            = []
      systemControls         = []
      portMappings           = [{ containerPort = 8080, hostPort = 0, protocol = "tcp" }, { containerPort = 7777, hostPort = 7777, protocol = "udp" }, { containerPort = 9090, hostPort = 0, protocol = "tcp" }]
      healthCheck            = { command = ["CMD", "/healthy"], interval = 10, timeout = 5, retries = 3, startPeriod = 30 }
      links                  = ["migrate"]
      dockerLabels           = { "com.example.team" = "web" }
      restartPolicy          = { enabled = true, restartAttemptPeriod = 60, ignoredExitCodes = [0, 143] }
      environmentFiles       = [{ type = "s3", value = "arn:aws:s3:::settings/acme/b.env" }, { type = "s3", value = "arn:aws:s3:::settings/a.env" }]
    }
    error_message = "everything said of the container is in its definition, and nothing else"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].logConfiguration == { logDriver = "syslog", options = {} } && jsondecode(aws_ecs_task_definition.this.container_definitions)[1].logConfiguration.options.awslogs-group == "/ecs/appcluster-test/acme"
    error_message = "logs go to the tenant's group unless told otherwise"
  }
  assert {
    condition     = { for volume in aws_ecs_task_definition.this.volume : volume.name => [for efs in volume.efs_volume_configuration : "${efs.file_system_id} ${efs.transit_encryption} ${efs.authorization_config[0].access_point_id != null} ${efs.authorization_config[0].iam}"] } == { data = ["fs-1 ENABLED true ENABLED"], scratch = [] }
    error_message = "a file system is reached encrypted and with the task's role"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.platform[0].policy).Statement : statement] == [{ Effect = "Allow", Action = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], Resource = ["arn:aws:elasticfilesystem:ap-southeast-2:123456789012:file-system/fs-1"], Condition = { StringEquals = { "elasticfilesystem:AccessPointArn" = "arn:aws:elasticfilesystem:ap-southeast-2:123456789012:access-point/fsap-2" } } }]
    error_message = "the application may mount what it mounts, through its access point"
  }
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.execution[0].policy).Statement : statement.Action[0] => statement.Resource if statement.Action[0] != "logs:CreateLogStream" } == {
      "ecr:GetAuthorizationToken"       = ["*"]
      "ecr:BatchCheckLayerAvailability" = ["arn:aws:ecr:ap-southeast-2:123456789012:repository/team/web"]
      "secretsmanager:GetSecretValue"   = ["arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:db-AbCdEf", "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:login-AbCdEf"]
      "ssm:GetParameters"               = ["arn:aws:ssm:ap-southeast-2:123456789012:parameter/key"]
      "s3:GetObject"                    = ["arn:aws:s3:::settings/a.env", "arn:aws:s3:::settings/acme/b.env"]
      "s3:GetBucketLocation"            = ["arn:aws:s3:::settings"]
      "kms:Decrypt"                     = ["arn:aws:kms:ap-southeast-2:123456789012:key/1"]
    }
    error_message = "ECS may read what is named, without the key in it, and no more"
  }
  assert {
    condition     = length(aws_iam_role_policy.task) == 1 && aws_iam_role_policy_attachment.task["read"].policy_arn == "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    error_message = "the application may do what is given"
  }
  assert {
    condition     = aws_ecs_task_definition.this.skip_destroy && one(aws_ecs_task_definition.this.runtime_platform).cpu_architecture == "ARM64"
    error_message = "old revisions stay; the processor is the one asked for"
  }
}

run "waits_in_a_circle" {
  command = plan
  variables {
    containers = {
      web = { image = "web:1", port = 8080, after = { one = "START", three = "START" } }
      one = { image = "one:1", essential = false, links = ["two"] }
      two = { image = "two:1", essential = false, after = { web = "START" } }

      three = { image = "three:1", essential = false }
    }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "logs_by_a_router" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    containers = {
      web = {
        image = "web:1"
        port  = 8080
        log = {
          driver  = "awsfirelens"
          options = { Name = "datadog", Host = null }
          secrets = { apikey = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:datadog-AbCdEf" }
        }
      }
      router = { image = "fluent-bit:1", log_router = { options = { enable-ecs-log-metadata = "true", config-file-type = null } } }
    }
    background = { one_off = { migrate = {} } }
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].firelensConfiguration == { type = "fluentbit", options = { enable-ecs-log-metadata = "true" } } && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].user == "0"
    error_message = "one container takes the logs, as the user that ECS would choose"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[1].logConfiguration == { logDriver = "awsfirelens", options = { Name = "datadog" }, secretOptions = [{ name = "apikey", valueFrom = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:datadog-AbCdEf" }] }
    error_message = "what of a log's options is secret is told by its ARN"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution[0].policy).Statement : statement.Resource if statement.Action[0] == "secretsmanager:GetSecretValue"] == [["arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:datadog-AbCdEf"]]
    error_message = "ECS may read it"
  }
  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.task["migrate"].container_definitions) : "${container.name} ${length(container.portMappings)} ${container.logConfiguration.logDriver}"] == ["web 0 awsfirelens", "router 0 awslogs"]
    error_message = "a task in the background brings the router along"
  }
}

run "fargate_spot_with_images_that_ecr_fetches_and_a_shell_whose_sessions_are_kept" {
  command = plan
  variables {
    containers = {
      web   = { image = "123456789012.dkr.ecr.ap-southeast-2.amazonaws.com/docker-hub/library/nginx:1.27", port = 80 }
      job   = { image = "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/job:1", essential = false }
      other = { image = "123456789012.dkr-ecr.ap-southeast-2.on.aws/other:1", essential = false }
    }
    task = {
      launch_type     = "FARGATE"
      network_mode    = "awsvpc"
      cpu             = 512
      memory          = 1024
      pull_through    = ["docker-hub"]
      execute_command = true
    }
    deployment = { capacity_providers = { FARGATE = { base = 1 }, FARGATE_SPOT = { weight = 3 } } }
    cluster = {
      name              = "appcluster-test"
      arn               = "arn:aws:ecs:ap-southeast-2:123456789012:cluster/appcluster-test"
      capacity_provider = "nodes-appcluster-test"
      vpc_id            = "vpc-1"
      node_subnet_ids   = ["subnet-1", "subnet-2"]
      execute_command = {
        log_group_arn = "arn:aws:logs:ap-southeast-2:123456789012:log-group:/ecs/appcluster-test/execute-command"
        kms_key_arn   = "arn:aws:kms:ap-southeast-2:123456789012:key/1"
      }
    }
  }
  assert {
    condition = { for statement in [for each in jsondecode(aws_iam_role_policy.execution[0].policy).Statement : each if startswith(each.Action[0], "ecr:Batch")] : statement.Action[0] => statement.Resource } == {
      "ecr:BatchCheckLayerAvailability" = ["arn:aws:ecr:ap-southeast-2:123456789012:repository/docker-hub/library/nginx", "arn:aws:ecr:ap-southeast-2:123456789012:repository/other", "arn:aws:ecr:us-gov-west-1:123456789012:repository/job"]
      "ecr:BatchImportUpstreamImage"    = ["arn:aws:ecr:ap-southeast-2:123456789012:repository/docker-hub/library/nginx"]
    }
    error_message = "ECS may have ECR fetch an image where a rule is named, and pull by any of ECR's names"
  }
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.platform[0].policy).Statement : statement.Action[0] => statement.Resource[0] } == {
      "ssmmessages:CreateControlChannel" = "*"
      "logs:DescribeLogGroups"           = "arn:aws:logs:ap-southeast-2:123456789012:*"
      "logs:CreateLogStream"             = "arn:aws:logs:ap-southeast-2:123456789012:log-group:/ecs/appcluster-test/execute-command:*"
      "kms:Decrypt"                      = "arn:aws:kms:ap-southeast-2:123456789012:key/1"
    }
    error_message = "the agent in the container writes the session down, with the task's role"
  }
  assert {
    condition     = { for provider in one(values(aws_ecs_service.this)).capacity_provider_strategy : provider.capacity_provider => "${provider.base} ${provider.weight}" } == { FARGATE = "1 1", FARGATE_SPOT = "0 3" }
    error_message = "a base on demand, the rest spot"
  }
}

run "root_on_a_file_system_in_one_zone" {
  command = plan
  variables {
    containers = { web = { image = "web:1", port = 8080, mounts = { "/data" = { volume = "data" } } } }
    task       = { volumes = { data = { efs = { file_system_id = "fs-1", root_access = true } } } }
    deployment = { constraints = { a = "attribute:ecs.availability-zone == ap-southeast-2a" } }
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.platform[0].policy).Statement[0].Action == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite", "elasticfilesystem:ClientRootAccess"]
    error_message = "root stays root only where it is said"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).availability_zone_rebalancing == "DISABLED"
    error_message = "ECS refuses to go back to a zone where one is asked for"
  }
}

run "fargate_with_a_read_only_file_system_and_a_shell" {
  command   = plan
  providers = { aws = aws.known }

  variables {
    containers = { web = { image = "web:1", port = 8080, mounts = { "/data" = { volume = "data", read_only = true } } } }
    task = {
      launch_type     = "FARGATE"
      network_mode    = "awsvpc"
      cpu             = 512
      memory          = 1024
      ephemeral_gb    = 30
      public_address  = true
      execute_command = true
      volumes         = { data = { efs = { file_system_id = "fs-1" } } }
    }
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.platform[0].policy).Statement : statement.Action[0]] == ["elasticfilesystem:ClientMount", "ssmmessages:CreateControlChannel"] && length(jsondecode(aws_iam_role_policy.platform[0].policy).Statement[0].Action) == 1
    error_message = "who only reads may not write"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).enable_execute_command && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].linuxParameters.initProcessEnabled
    error_message = "a shell, and a process that buries its children"
  }
  assert {
    condition     = aws_ecs_task_definition.this.requires_compatibilities == toset(["FARGATE"]) && aws_ecs_task_definition.this.cpu == "512" && one(aws_ecs_task_definition.this.ephemeral_storage).size_in_gib == 30
    error_message = "the whole task has a size on Fargate"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).launch_type == "FARGATE" && length(one(values(aws_ecs_service.this)).capacity_provider_strategy) == 0 && length(one(values(aws_ecs_service.this)).ordered_placement_strategy) == 0 && one(one(values(aws_ecs_service.this)).network_configuration).assign_public_ip
    error_message = "no machine is chosen on Fargate"
  }
}

run "deployment" {
  command = plan
  variables {
    scaling = { min = 2 }
    deployment = {
      alarms              = ["latency", "errors"]
      min_healthy_percent = 50
      max_percent         = 150
      grace_seconds       = 5
      wait                = false
      wait_minutes        = 7
      placement           = "custom"
      strategies          = [{ type = "spread", field = "attribute:rack" }, { type = "binpack", field = "cpu" }]
    }
  }
  assert {
    condition     = one(one(values(aws_ecs_service.this)).alarms).rollback && one(one(values(aws_ecs_service.this)).alarms).alarm_names == toset(["errors", "latency"]) && one(values(aws_ecs_service.this)).deployment_circuit_breaker[0].rollback
    error_message = "an alarm rolls back, as the circuit breaker does"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).deployment_minimum_healthy_percent == 50 && one(values(aws_ecs_service.this)).deployment_maximum_percent == 150 && one(values(aws_ecs_service.this)).health_check_grace_period_seconds == 5 && !one(values(aws_ecs_service.this)).wait_for_steady_state && one(values(aws_ecs_service.this)).timeouts.update == "7m"
    error_message = "limits and waits are the ones given"
  }
  assert {
    condition     = [for strategy in one(values(aws_ecs_service.this)).ordered_placement_strategy : strategy.field] == ["attribute:rack", "cpu"]
    error_message = "in the order given"
  }
}

run "capacity_constraints_and_a_row_of_containers" {
  command = plan
  variables {
    deployment = { capacity_providers = { spot = { weight = 3 }, steady = { base = 2 } }, constraints = { big = "attribute:ecs.instance-type =~ m6*" }, placement = "binpack" }
    containers = merge(
      { c0 = { image = "web:1", port = 8080, after = { c1 = "START", c9 = "START" } } },
      { for number in range(1, 9) : "c${number}" => { image = "web:1", essential = false, after = { "c${number + 1}" = "START" } } },
      { c9 = { image = "web:1", essential = false } },
    )
  }
  assert {
    condition     = { for provider in one(values(aws_ecs_service.this)).capacity_provider_strategy : provider.capacity_provider => "${provider.base} ${provider.weight}" } == { spot = "0 3", steady = "2 1" } && one(one(values(aws_ecs_service.this)).placement_constraints).expression == "attribute:ecs.instance-type =~ m6*"
    error_message = "capacity and machines are the ones named"
  }
  assert {
    condition     = join(", ", [for strategy in one(values(aws_ecs_service.this)).ordered_placement_strategy : "${strategy.type} ${coalesce(strategy.field, "-")}"]) == "binpack memory"
    error_message = "binpack"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).availability_zone_rebalancing == "DISABLED"
    error_message = "who wants full machines wants no even zones"
  }
  assert {
    condition     = contains(local.waits_for_16["c0"], "c9") && length(local.waits_for_16["c0"]) == 9
    error_message = "ten containers may wait for one another"
  }
}

run "placement_one_per_host" {
  command = plan
  variables {
    deployment = { placement = "one_per_host", min_healthy_percent = 0, max_percent = 100 }
  }
  assert {
    condition     = join(", ", [for strategy in one(values(aws_ecs_service.this)).ordered_placement_strategy : "${strategy.type} ${coalesce(strategy.field, "-")}"]) == "spread attribute:ecs.availability-zone"
    error_message = "one_per_host"
  }
  assert {
    condition     = [for constraint in one(values(aws_ecs_service.this)).placement_constraints : constraint.type] == ["distinctInstance"]
    error_message = "one task a machine only where asked for"
  }
  assert {
    condition = { for placement, strategies in local.placements : placement => join(", ", [for each in strategies : "${each.type} ${coalesce(each.field, "-")}"]) } == {
      none         = ""
      zone_spread  = "spread attribute:ecs.availability-zone, spread instanceId"
      zone_binpack = "spread attribute:ecs.availability-zone, binpack memory"
      binpack      = "binpack memory"
      one_per_host = "spread attribute:ecs.availability-zone"
      random       = "random -"
      custom       = ""
    }
    error_message = "each placement has these strategies"
  }
  assert {
    condition     = one(values(aws_ecs_service.this)).availability_zone_rebalancing == "DISABLED"
    error_message = "ECS refuses to go back to a zone where it may start no task"
  }
}
