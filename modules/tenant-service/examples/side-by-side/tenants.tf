# One tenant of each kind, side by side. `changed` is what a year brings.

locals {
  web = { image = "registry.example.com/web:${var.build}", port = 8080 }
  api = { image = "registry.example.com/api:${var.build}", port = 8080, memory = 256 }
}

# Everything that a container can have, and HTTPS with a certificate of its own.
module "own" {
  source = "../../../tenant-load-balancer/examples/one-service"

  stack   = local.stack
  tenant  = "own"
  cluster = local.cluster

  containers = {
    web = merge(local.web, {
      port           = var.changed ? 9090 : 8080
      more_ports     = { metrics = { container = 9100 } }
      environment    = { LOG_LEVEL = "info" }
      secrets        = { KEY = "arn:aws:ssm:ap-southeast-2:123456789012:parameter/own/key" }
      read_only_root = true
      after          = { migrate = "SUCCESS" }
      mounts         = { "/data" = { volume = "data" }, "/tmp" = { volume = "scratch" } }
      ulimits        = { nofile = { soft = 1024, hard = 4096 } }
      labels         = { team = "web" }
      restart        = { ignored_exit_codes = [0, 143] }

      environment_files = ["arn:aws:s3:::example-settings/own.env"]
      health_check      = { command = ["CMD", "/healthy"] }
    })
    migrate = { image = "registry.example.com/web:${var.build}", command = ["migrate"], essential = false }
  }

  task = {
    volumes = {
      data    = { efs = { file_system_id = aws_efs_file_system.data.id, access_point_id = aws_efs_access_point.data.id } }
      scratch = {}
    }
  }

  load_balancer = {
    make_certificate   = true
    dual_stack         = true
    allowed            = { four = "0.0.0.0/0", six = "::/0" }
    sticky_seconds     = 3600
    slow_start_seconds = 30
  }

  health_check = { path = var.changed ? "/ready" : "/health", interval = var.changed ? 15 : 10 }
  dns          = { zone = "example.com", hostname = "own.example.com", aliases = [var.changed ? "shop.example.com" : "www.example.com"] }
}

# A rule on a load balancer that many share; and a cache beside the application, which finds it at cache:6379.
module "shared" {
  source = "../../../tenant-load-balancer/examples/one-service"

  stack   = local.stack
  tenant  = "shared"
  cluster = local.cluster

  containers = {
    web   = merge(local.web, { links = ["cache"] })
    cache = { image = "registry.example.com/cache:7", essential = false }
  }

  task       = { execute_command = true }
  deployment = { placement = "zone_binpack", alarms = [aws_cloudwatch_metric_alarm.latency.alarm_name] }

  load_balancer = { mode = "shared", shared = merge(local.shared_load_balancer, { priority = var.changed ? 3 : 1 }) }
  dns           = { zone = "example.com", hostname = "shared.example.com", aliases = ["shared.example.org"] }
}

# From a load balancer of its own to the shared one.
module "moving" {
  source = "../../../tenant-load-balancer/examples/one-service"

  stack      = local.stack
  tenant     = "moving"
  cluster    = local.cluster
  containers = { web = local.web }

  load_balancer = { mode = var.changed ? "shared" : "own", linger_seconds = var.linger_seconds, shared = merge(local.shared_load_balancer, { priority = 2 }) }
  dns           = { zone = "example.com", hostname = "moving.example.com" }
}

# From dynamic ports to an address for every task, behind a load balancer of its own.
module "turning" {
  source = "../../../tenant-load-balancer/examples/one-service"

  stack      = local.stack
  tenant     = "turning"
  cluster    = local.cluster
  containers = { web = local.web }

  task          = { network_mode = var.changed ? "awsvpc" : "bridge" }
  load_balancer = { linger_seconds = var.linger_seconds }
  deployment    = { placement = "custom", strategies = [{ type = "spread", field = "instanceId" }, { type = "binpack", field = "cpu" }] }
  dns           = { zone = "example.com", hostname = "turning.example.com" }
}

# No machines of ours: most of it spot.
module "fargate" {
  source = "../../../tenant-load-balancer/examples/one-service"

  stack      = local.stack
  tenant     = "fargate"
  cluster    = local.cluster
  containers = { api = local.api }

  task       = { launch_type = "FARGATE", network_mode = "awsvpc", cpu = 256, memory = 512, architecture = "ARM64", public_address = true }
  deployment = { capacity_providers = { FARGATE = { base = 1 }, FARGATE_SPOT = { weight = var.changed ? 4 : 3 } } }

  load_balancer = { mode = "shared", shared = merge(local.shared_load_balancer, { priority = 4 }) }
  dns           = { zone = "example.com", hostname = "fargate.example.com", discovery = { namespace_id = aws_service_discovery_private_dns_namespace.this.id } }
}

# Called by other services only, which find it by port. Its logs go through Fluent Bit, with a key that no one can read here; its
# roles are made elsewhere, and its load is tracked.
module "inside" {
  source = "../../../tenant-load-balancer/examples/one-service"

  stack   = local.stack
  tenant  = "inside"
  cluster = local.cluster

  containers = {
    api = merge(local.api, {
      log = {
        driver  = "awsfirelens"
        options = { Name = "datadog", dd_service = var.changed ? "prices-api" : "prices" }
        secrets = { apikey = "arn:aws:secretsmanager:ap-southeast-2:123456789012:secret:datadog-AbCdEf" }
      }
    })
    router = { image = "registry.example.com/fluent-bit:3.2", memory = 128, log_router = { options = { enable-ecs-log-metadata = "true" } } }
  }

  deployment    = { placement = "one_per_host" }
  load_balancer = { mode = "none" }
  dns           = { discovery = { namespace_id = aws_service_discovery_private_dns_namespace.this.id, name = "prices" } }
  roles         = { execution = { arn = aws_iam_role.elsewhere["start"].arn }, task = { arn = aws_iam_role.elsewhere["run"].arn } }

  scaling = {
    track = merge(
      { cpu = { target = var.changed ? 50 : 60, in_cooldown = var.changed ? 120 : 300 } },
      var.changed ? {} : { memory = { target = 75, scale_in = false } },
    )
  }
}

# On every machine, with the machine's own network.
module "daemon" {
  source = "../../../tenant-load-balancer/examples/one-service"

  stack      = local.stack
  tenant     = "daemon"
  cluster    = local.cluster
  containers = { agent = { image = "registry.example.com/agent:${var.build}", port = 9100 } }

  task          = { network_mode = "host" }
  deployment    = { strategy = "daemon" }
  load_balancer = { mode = "none" }
}
