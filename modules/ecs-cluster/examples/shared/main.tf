# Many tenants on shared load balancers: mixed instances in private subnets, alarms to a topic, access logs in a bucket.

variable "load_balancers" {
  description = "How many load balancers the tenants share: 90 tenants fill one."
  type        = number
  default     = 1
}

variable "reserved_memory" {
  description = "MiB of each machine that no task gets."
  type        = number
  default     = 128
}

module "cluster" {
  source = "../.."

  name    = "example-shared"
  network = { cidr = "10.201.0.0/16", nat = "one", data = true, ipv6 = true, acls = {} }

  capacity = {
    instance_types = ["t3.large", "t3a.large", "m5.large"]
    spot_max_price = "0.06"
    on_demand_base = 1 # beyond it all spot
    min            = 2
    max            = 6
    target_percent = 90
  }

  node = {
    volume_gb       = 60
    reserved_memory = var.reserved_memory
    egress          = { https = { to = "0.0.0.0/0", port = 443 }, network = { to = "10.201.0.0/16", protocol = "all" } }
  }

  roles           = { path = "/example/", permissions_boundary = aws_iam_policy.boundary.arn }
  node_policies   = { shell = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" }
  registry_secret = "registry-login"
  agent_settings  = { ECS_CONTAINER_STOP_TIMEOUT = "60s" }
  alarms          = { topics = { oncall = aws_sns_topic.oncall.arn } }

  load_balancer = {
    count           = var.load_balancers
    https           = true
    certificate_arn = aws_acm_certificate_validation.tenants.certificate_arn
    dual_stack      = true
    allowed         = { everyone = "0.0.0.0/0", everyone6 = "::/0" }
    access_logs     = { bucket = aws_s3_bucket_policy.access_logs.bucket, prefix = "shared" }
  }
}

# What no role of this account may go beyond.
resource "aws_iam_policy" "boundary" {
  name = "example-shared-boundary"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["ecs:*", "secretsmanager:GetSecretValue", "ssm:*", "ssmmessages:*", "ec2messages:*"]
      Resource = "*"
    }]
  })
}

output "cluster" {
  description = "All that the module gives out."
  value       = module.cluster
}
