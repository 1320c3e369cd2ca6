# The providers that the image holds. After a change: docs/image.md, "Another version".
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
