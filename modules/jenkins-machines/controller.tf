# What the controller may do: start machines from these images, in these subnets, with this group, key and profile; end and tag those that are marked as
# this cloud's. The plugin's README lists the calls (github.com/jenkinsci/ec2-plugin, "IAM setup"); each is bound to what it can be bound to.

locals {
  controller_statements = [
    {
      Sid      = "Look" # AWS has no resource for these calls
      Effect   = "Allow"
      Action   = ["ec2:DescribeAvailabilityZones", "ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "ec2:DescribeKeyPairs", "ec2:DescribeRegions", "ec2:DescribeSecurityGroups", "ec2:DescribeSpotInstanceRequests", "ec2:DescribeSpotPriceHistory", "ec2:DescribeSubnets"]
      Resource = ["*"]
    },
    {
      Sid    = "StartFromThese"
      Effect = "Allow"
      Action = ["ec2:RunInstances", "ec2:RequestSpotInstances"]
      Resource = concat(
        [for image in sort(toset(values(var.agents)[*].image_id)) : "arn:${local.partition}:ec2:${local.region}::image/${image}"],
        [for subnet in sort(var.network.subnet_ids) : "${local.here}:subnet/${subnet}"],
        [for group in concat([aws_security_group.agents.id], values(var.network.security_groups)) : "${local.here}:security-group/${group}"],
        ["${local.here}:key-pair/${aws_key_pair.agents.key_name}", "${local.here}:network-interface/*", "${local.here}:volume/*", "${local.here}:spot-instances-request/*"],
      )
    },
    {
      Sid       = "StartMarked"
      Effect    = "Allow"
      Action    = ["ec2:RunInstances"]
      Resource  = ["${local.here}:instance/*"]
      Condition = { StringEquals = { for key, value in local.marked : "aws:RequestTag/${key}" => value } }
    },
    {
      Sid       = "Mark"
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = ["${local.here}:instance/*", "${local.here}:volume/*", "${local.here}:spot-instances-request/*"]
      Condition = { StringEquals = { for key, value in local.marked : "aws:RequestTag/${key}" => value } }
    },
    {
      Sid       = "EndWhatIsMarked"
      Effect    = "Allow"
      Action    = ["ec2:TerminateInstances", "ec2:StopInstances", "ec2:StartInstances", "ec2:GetConsoleOutput", "ec2:CancelSpotInstanceRequests"]
      Resource  = ["${local.here}:instance/*", "${local.here}:spot-instances-request/*"]
      Condition = { StringEquals = { for key, value in local.marked : "aws:ResourceTag/${key}" => value } }
    },
    {
      Sid       = "HandOverTheAgentsRole"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [local.role_arn]
      Condition = { StringEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
    },
  ]
}

resource "aws_iam_policy" "controller" {
  name        = "${local.role_name}-controller"
  path        = var.roles.path
  description = "Jenkins starts machines of ${var.name}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.controller_statements })
}

resource "aws_iam_role_policy_attachment" "controller" {
  role       = var.controller.role_name
  policy_arn = aws_iam_policy.controller.arn
}
