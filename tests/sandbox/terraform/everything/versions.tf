# A root that uses every AWS resource an ECS platform may want, to prove that the sandbox answers like AWS:
# after apply the plan is empty, an update is done in place, after destroy nothing is left.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }

  backend "s3" {
    bucket       = "orchestrate-state"
    key          = "everything/terraform.tfstate"
    region       = "ap-southeast-2"
    use_lockfile = true
  }
}

provider "aws" {
  region = "ap-southeast-2"

  default_tags {
    tags = {
      project = "everything"
      release = var.release
    }
  }
}

variable "release" {
  description = "A tag on everything, so that an update touches every resource."
  type        = string
  default     = "1"
}

variable "image" {
  type    = string
  default = "nginx:1.27"
}

variable "spot_max_price" {
  type    = string
  default = "0.05"
}

variable "desired_count" {
  type    = number
  default = 2
}

variable "user_data" {
  type    = string
  default = "#!/bin/sh\n"
}

locals {
  # In the second release nearly every value is another one.
  second = var.release != "1"
}

data "aws_caller_identity" "current" {}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_route53_zone" "example" {
  name = "example.com"
}

data "aws_ssm_parameter" "ecs_ami" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}
