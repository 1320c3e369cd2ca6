# What the pipelines of this project do in AWS, and no more: deploy, promote, roll back, and destroy in the evening. actions.tf has the long lists.

data "aws_partition" "current" {}
data "aws_caller_identity" "current" {}

locals {
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id
  buckets    = [for bucket in sort(var.state_buckets) : "arn:${local.partition}:s3:::${bucket}"]
  zones      = [for zone in sort(var.zone_ids) : "arn:${local.partition}:route53:::hostedzone/${zone}"]
  roles      = "arn:${local.partition}:iam::${local.account_id}:role${var.role_path}*"
  profiles   = "arn:${local.partition}:iam::${local.account_id}:instance-profile${var.role_path}*"
  here       = { StringEquals = { "aws:RequestedRegion" = sort(var.regions) } }

  # A role that a pipeline makes has no more than the boundary allows.
  bounded = var.permissions_boundary == null ? {} : { StringEquals = { "iam:PermissionsBoundary" = var.permissions_boundary } }

  look_statements = [
    {
      Sid       = "Look"
      Effect    = "Allow"
      Action    = local.look
      Resource  = ["*"]
      Condition = {}
    },
    {
      Sid    = "RolesAsTheyAre"
      Effect = "Allow"
      Action = [
        "iam:GetInstanceProfile",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
        "iam:ListRolePolicies",
      ]
      Resource  = ["arn:${local.partition}:iam::${local.account_id}:role/*", "arn:${local.partition}:iam::${local.account_id}:instance-profile/*"]
      Condition = {}
    },
    {
      Sid       = "SecretsByName" # what is in them only the tasks read
      Effect    = "Allow"
      Action    = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy"]
      Resource  = ["arn:${local.partition}:secretsmanager:*:${local.account_id}:secret:*"]
      Condition = local.here
    },
    {
      Sid       = "MachineImages" # Amazon's own parameters
      Effect    = "Allow"
      Action    = ["ssm:GetParameter"]
      Resource  = ["arn:${local.partition}:ssm:*::parameter/aws/service/*"]
      Condition = local.here
    },
    {
      Sid       = "Zones"
      Effect    = "Allow"
      Action    = ["route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource"]
      Resource  = local.zones
      Condition = {}
    },
  ]

  change_statements = concat(
    [
      {
        Sid       = "State"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = local.buckets
        Condition = {}
      },
      {
        Sid       = "States" # records and locks lie beside them
        Effect    = "Allow"
        Action    = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource  = [for bucket in local.buckets : "${bucket}/*"]
        Condition = {}
      },
      {
        Sid       = "Change"
        Effect    = "Allow"
        Action    = local.change
        Resource  = ["*"]
        Condition = local.here
      },
      {
        Sid       = "Tag"
        Effect    = "Allow"
        Action    = local.tags
        Resource  = ["*"]
        Condition = local.here
      },
      {
        Sid       = "Records"
        Effect    = "Allow"
        Action    = ["route53:ChangeResourceRecordSets"]
        Resource  = local.zones
        Condition = {}
      },
      {
        Sid       = "MakeRoles"
        Effect    = "Allow"
        Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"]
        Resource  = [local.roles]
        Condition = local.bounded
      },
      {
        Sid    = "RolesAndProfiles"
        Effect = "Allow"
        Action = [
          "iam:AddRoleToInstanceProfile",
          "iam:CreateInstanceProfile",
          "iam:DeleteInstanceProfile",
          "iam:DeleteRole",
          "iam:RemoveRoleFromInstanceProfile",
          "iam:TagInstanceProfile",
          "iam:TagRole",
        ]
        Resource  = [local.roles, local.profiles]
        Condition = {}
      },
      {
        Sid       = "HandOverRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [local.roles]
        Condition = { StringEquals = { "iam:PassedToService" = ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"] } }
      },
    ],
    length(var.kms_key_arns) == 0 ? [] : [{
      Sid       = "StateKeys"
      Effect    = "Allow"
      Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource  = sort(var.kms_key_arns)
      Condition = {}
    }],
  )

  # before_deploy and after_deploy of stack.hcl: the tool runs a task with roles that it may hand over anyway.
  task_statements = [{
    Sid       = "DeployTasks"
    Effect    = "Allow"
    Action    = ["ecs:DescribeTasks", "ecs:RunTask", "ecs:StopTask", "logs:FilterLogEvents"]
    Resource  = ["*"]
    Condition = local.here
  }]

  # Cloud Map asks for the zone in the caller's name, whose id is not known before.
  # https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-api-permissions-ref.html
  discovery_statements = [
    {
      Sid       = "Discovery"
      Effect    = "Allow"
      Action    = local.discovery
      Resource  = ["*"]
      Condition = local.here
    },
    {
      Sid       = "DiscoveryZones"
      Effect    = "Allow"
      Action    = ["route53:CreateHostedZone", "route53:GetHostedZone", "route53:ListHostedZonesByName"]
      Resource  = ["*"]
      Condition = {}
    },
  ]

  more = merge(var.deploy_tasks ? { tasks = local.task_statements } : {}, var.discovery ? { discovery = local.discovery_statements } : {})

  statements = merge({ look = local.look_statements, change = local.change_statements }, local.more)
}

# More than one, since a policy holds 6,144 characters.
resource "aws_iam_policy" "this" {
  for_each = local.statements

  name        = "${var.name}-${each.key}"
  path        = var.policy_path
  description = "What the pipelines of ${var.name} do: ${each.key}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [for s in each.value : { for key, value in s : key => value if !(key == "Condition" && length(value) == 0) }] })
}
