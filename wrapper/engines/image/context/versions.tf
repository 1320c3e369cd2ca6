# The providers that the image holds for roots without a lock file. After a change: docs/image.md, "Another version".
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
