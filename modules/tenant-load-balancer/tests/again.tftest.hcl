# A first apply that stopped, and is applied again.

mock_provider "aws" {
  source = "../tenant-service/tests/mocks"
}

variables {
  stack  = "appcluster-test"
  tenant = "acme"

  cluster = {
    vpc_id                          = "vpc-1"
    load_balancer_subnet_ids        = ["subnet-3", "subnet-4"]
    load_balancer_security_group_id = "sg-1"
  }

  targets       = { service1 = { target_type = "instance", priority = 117 } }
  first_service = { facts = "ec2-replica-44136fa3" }
  serving       = { service1 = "first" }

  dns = { zone = "example.com", hostname = "acme.test.example.com" }

  load_balancer = {
    mode = "shared"
    shared = {
      listener_arn      = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:listener/app/shared-1/1/1"
      dns_name          = "shared.elb.example.com"
      zone_id           = "ZSHARED"
      security_group_id = "sg-shared"
      arn_suffix        = "app/shared-1/1"
    }
  }
}

run "stopped" {
  plan_options {
    target = [terraform_data.first]
  }
}

run "later" {
  module {
    source = "./tests/later"
  }
}

run "again" {
  assert {
    condition     = keys(terraform_data.named) == ["acme.test.example.com"] && output.url == "https://acme.test.example.com"
    error_message = "the name that the tenant began with is not new to it"
  }
}
