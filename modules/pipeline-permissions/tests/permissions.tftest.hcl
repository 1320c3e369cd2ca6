# Each branch, without AWS: sizes, bounds and what is refused.

mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
}

variables {
  name          = "pipelines"
  state_buckets = ["states"]
  zone_ids      = ["Z0123456789ABCDEFGHIJ"]
  regions       = ["ap-southeast-2"]
}

run "what_pipelines_do" {
  assert {
    condition     = alltrue([for policy in aws_iam_policy.this : length(replace(policy.policy, "/\\s/", "")) <= 6144])
    error_message = "IAM takes 6,144 characters"
  }
  assert {
    condition     = alltrue([for s in jsondecode(aws_iam_policy.this["change"].policy).Statement : s.Resource != ["*"] || try(s.Condition, null) == { StringEquals = { "aws:RequestedRegion" = ["ap-southeast-2"] } }])
    error_message = "what is changed has a resource, or a region"
  }
  assert {
    condition     = one([for s in jsondecode(aws_iam_policy.this["change"].policy).Statement : try(s.Condition, null) if contains(s.Action, "iam:PassRole")]) == { StringEquals = { "iam:PassedToService" = ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] } }
    error_message = "roles go to tasks and machines"
  }
  assert {
    condition     = length([for s in jsondecode(aws_iam_policy.this["change"].policy).Statement : s if s.Sid == "StateKeys"]) == 0 && keys(output.policy_arns) == ["change", "look"]
    error_message = "no key is named"
  }
}

run "bounds_and_keys" {
  variables {
    role_path            = "/tenants/"
    permissions_boundary = "arn:aws:iam::123456789012:policy/tenants"
    kms_key_arns         = ["arn:aws:kms:ap-southeast-2:123456789012:key/1"]
    policy_path          = "/build/"
  }
  assert {
    condition     = one([for s in jsondecode(aws_iam_policy.this["change"].policy).Statement : s if s.Sid == "MakeRoles"]) == { Sid = "MakeRoles", Effect = "Allow", Action = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"], Resource = ["arn:aws:iam::123456789012:role/tenants/*"], Condition = { StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/tenants" } } }
    error_message = "a role is made below the path and with the boundary"
  }
  assert {
    condition     = one([for s in jsondecode(aws_iam_policy.this["change"].policy).Statement : s.Resource if s.Sid == "StateKeys"]) == ["arn:aws:kms:ap-southeast-2:123456789012:key/1"] && aws_iam_policy.this["look"].path == "/build/"
    error_message = "keys, and the policies' own path"
  }
}

run "tasks_of_deploys" {
  variables {
    deploy_tasks = true
  }
  assert {
    condition     = jsondecode(aws_iam_policy.this["tasks"].policy).Statement == [{ Sid = "DeployTasks", Effect = "Allow", Action = ["ecs:DescribeTasks", "ecs:RunTask", "ecs:StopTask", "logs:FilterLogEvents"], Resource = ["*"], Condition = { StringEquals = { "aws:RequestedRegion" = ["ap-southeast-2"] } } }]
    error_message = "a deploy starts, waits for and stops its tasks, and reads their lines"
  }
}

run "services_that_find_each_other" {
  variables {
    discovery = true
  }
  assert {
    condition     = { for s in jsondecode(aws_iam_policy.this["discovery"].policy).Statement : s.Sid => try(s.Condition, null) } == { Discovery = { StringEquals = { "aws:RequestedRegion" = ["ap-southeast-2"] } }, DiscoveryZones = null }
    error_message = "Cloud Map is in a region, and Route 53 is in none"
  }
  assert {
    condition     = keys(output.policy_arns) == ["change", "discovery", "look"]
    error_message = "a policy of its own"
  }
}

run "what_is_refused" {
  command = plan

  variables {
    name                 = "1"
    state_buckets        = []
    zone_ids             = ["example.com"]
    regions              = ["here"]
    kms_key_arns         = ["alias/x"]
    role_path            = "x"
    permissions_boundary = "x"
    policy_path          = "x"
  }

  expect_failures = [var.name, var.state_buckets, var.zone_ids, var.regions, var.kms_key_arns, var.role_path, var.permissions_boundary, var.policy_path]
}
