# A cluster among things that are made in the same apply: their ids are not known when it is planned.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "name" {
  description = "Name of the cluster."
  type        = string
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = toset(["a", "b"])

  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.${each.key == "a" ? 0 : 1}.0/24"
}

resource "aws_sns_topic" "this" {
  name = "oncall"
}

resource "aws_kms_key" "this" {
  description = "everything"
}

resource "aws_acm_certificate" "this" {
  domain_name       = "*.example.com"
  validation_method = "DNS"
}

resource "aws_s3_bucket" "this" {
  bucket_prefix = "logs-"
}

resource "aws_iam_policy" "this" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

module "cluster" {
  source = "../.."

  name = var.name
  network = {
    existing = {
      vpc_id                   = aws_vpc.this.id
      node_subnet_ids          = [for subnet in aws_subnet.this : subnet.id]
      load_balancer_subnet_ids = [for subnet in aws_subnet.this : subnet.id]
    }
  }
  capacity        = { on_demand_percent = 0 }
  node            = { volume_kms_key_arn = aws_kms_key.this.arn }
  node_policies   = { own = aws_iam_policy.this.arn }
  insights        = { kms_key_arn = aws_kms_key.this.arn }
  execute_command = { kms_key_arn = aws_kms_key.this.arn }
  alarms          = { topics = { oncall = aws_sns_topic.this.arn } }

  load_balancer = {
    https           = true
    certificate_arn = aws_acm_certificate.this.arn
    access_logs     = { bucket = aws_s3_bucket.this.id }
  }
}

output "shared_load_balancers" {
  description = "As the module gives them out."
  value       = module.cluster.shared_load_balancers
}
