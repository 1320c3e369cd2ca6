terraform {
  required_version = ">= 1.11" # the state's lock file is final since then

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Stack     = var.stack
      ManagedBy = "orchestrate"
    }
  }
}
