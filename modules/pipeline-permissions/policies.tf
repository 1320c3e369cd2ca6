# What the pipelines of this project do in AWS, and no more: deploy, promote, roll back, and destroy in the evening. The lists are what the tool and Terraform asked
# for when the tests ran them; a test compares both. IAM asks for some tags in addition to the request that makes a thing with them.

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

  # Reads, for which AWS has no resource, or which a plan asks of what other stacks made.
  look = [
    "acm:DescribeCertificate",
    "acm:ListTagsForCertificate",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScheduledActions",
    "application-autoscaling:ListTagsForResource",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeLaunchConfigurations",
    "autoscaling:DescribeScalingActivities",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListTagsForResource",
    "ec2:DescribeImages",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcs",
    "ec2:GetInstanceUefiData",
    "ecs:DescribeCapacityProviders",
    "ecs:DescribeClusters",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:ListTaskDefinitions",
    "elasticloadbalancing:DescribeCapacityReservation",
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "events:DescribeRule",
    "events:ListTagsForResource",
    "events:ListTargetsByRule",
    "logs:DescribeLogGroups",
    "logs:ListTagsForResource",
    "route53:GetChange",
    "route53:ListHostedZones",
    "sns:GetSubscriptionAttributes",
    "sns:GetTopicAttributes",
    "sns:ListTagsForResource",
    "sqs:GetQueueAttributes",
    "sqs:ListQueueTags",
    "tag:GetResources",
  ]

  change = [
    "acm:RequestCertificate",
    "application-autoscaling:DeleteScalingPolicy",
    "application-autoscaling:DeregisterScalableTarget",
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:PutScheduledAction",
    "application-autoscaling:RegisterScalableTarget",
    "autoscaling:CreateAutoScalingGroup",
    "autoscaling:CreateLaunchConfiguration",
    "autoscaling:DeleteAutoScalingGroup",
    "autoscaling:DeleteLaunchConfiguration",
    "autoscaling:EnableMetricsCollection",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:PutMetricAlarm",
    "ec2:AssociateRouteTable",
    "ec2:AttachInternetGateway",
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateInternetGateway",
    "ec2:CreateLaunchTemplate",
    "ec2:CreateRoute",
    "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSubnet",
    "ec2:CreateTags",
    "ec2:CreateVpc",
    "ec2:DeleteInternetGateway",
    "ec2:DeleteRouteTable",
    "ec2:DeleteSecurityGroup",
    "ec2:DeleteSubnet",
    "ec2:DeleteVpc",
    "ec2:DetachInternetGateway",
    "ec2:DisassociateRouteTable",
    "ec2:ModifyVpcAttribute",
    "ec2:RevokeSecurityGroupEgress",
    "ec2:RevokeSecurityGroupIngress",
    "ecs:CreateCapacityProvider",
    "ecs:CreateCluster",
    "ecs:CreateService",
    "ecs:DeleteCapacityProvider",
    "ecs:DeleteCluster",
    "ecs:DeleteService",
    "ecs:DeregisterTaskDefinition",
    "ecs:PutClusterCapacityProviders",
    "ecs:RegisterTaskDefinition",
    "ecs:UpdateService",
    "elasticloadbalancing:CreateListener",
    "elasticloadbalancing:CreateLoadBalancer",
    "elasticloadbalancing:CreateRule",
    "elasticloadbalancing:CreateTargetGroup",
    "elasticloadbalancing:DeleteListener",
    "elasticloadbalancing:DeleteLoadBalancer",
    "elasticloadbalancing:DeleteRule",
    "elasticloadbalancing:DeleteTargetGroup",
    "elasticloadbalancing:ModifyLoadBalancerAttributes",
    "elasticloadbalancing:ModifyRule",
    "elasticloadbalancing:ModifyTargetGroupAttributes",
    "elasticloadbalancing:SetRulePriorities",
    "events:PutRule",
    "events:PutTargets",
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:PutRetentionPolicy",
    "sns:CreateTopic",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
    "sqs:CreateQueue",
  ]

  # Authorised beside the request that makes a thing with tags.
  tags = [
    "acm:AddTagsToCertificate",
    "application-autoscaling:TagResource",
    "autoscaling:CreateOrUpdateTags",
    "cloudwatch:TagResource",
    "ecs:TagResource",
    "elasticloadbalancing:AddTags",
    "events:TagResource",
    "logs:TagResource",
    "sns:TagResource",
    "sqs:TagQueue",
  ]

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

  statements = { look = local.look_statements, change = local.change_statements }
}

# Two, since a policy holds 6,144 characters.
resource "aws_iam_policy" "this" {
  for_each = local.statements

  name        = "${var.name}-${each.key}"
  path        = var.policy_path
  description = "What the pipelines of ${var.name} do: ${each.key}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [for s in each.value : { for key, value in s : key => value if !(key == "Condition" && length(value) == 0) }] })
}
