# What the controller may do: start, watch and stop agents of this cloud, in this cluster. The plugin's README lists the calls
# (github.com/jenkinsci/amazon-ecs-plugin); each is bound to what it can be bound to.

locals {
  here  = "${local.region}:${local.account_id}"
  tasks = "arn:${local.partition}:ecs:${local.here}:task/${local.cluster_name}/*"

  # The plugin names a family <cloud>-<template>.
  task_definitions = "arn:${local.partition}:ecs:${local.here}:task-definition/${var.name}-*:*"

  in_this_cluster = { ArnEquals = { "ecs:cluster" = local.cluster_arn } }

  controller_statements = [
    {
      Sid      = "TaskDefinitions" # AWS has no resource for these calls
      Effect   = "Allow"
      Action   = ["ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "ecs:ListClusters"]
      Resource = ["*"]
    },
    {
      Sid       = "StartAgents"
      Effect    = "Allow"
      Action    = ["ecs:RunTask"]
      Resource  = [local.task_definitions]
      Condition = local.in_this_cluster
    },
    {
      Sid       = "WatchAndStopAgents"
      Effect    = "Allow"
      Action    = ["ecs:StopTask", "ecs:DescribeTasks"]
      Resource  = [local.tasks]
      Condition = local.in_this_cluster
    },
    {
      Sid      = "SeeTheCluster"
      Effect   = "Allow"
      Action   = ["ecs:DescribeClusters", "ecs:ListContainerInstances"]
      Resource = [local.cluster_arn]
    },
    {
      Sid       = "SeeTheMachines"
      Effect    = "Allow"
      Action    = ["ecs:DescribeContainerInstances"]
      Resource  = ["arn:${local.partition}:ecs:${local.here}:container-instance/${local.cluster_name}/*"]
      Condition = local.in_this_cluster
    },
    {
      Sid      = "ReadTags"
      Effect   = "Allow"
      Action   = ["ecs:ListTagsForResource"]
      Resource = [local.task_definitions, local.tasks]
    },
    {
      Sid       = "TagWhatItMakes"
      Effect    = "Allow"
      Action    = ["ecs:TagResource"]
      Resource  = [local.task_definitions, local.tasks]
      Condition = { StringEquals = { "ecs:CreateAction" = ["RegisterTaskDefinition", "RunTask"] } }
    },
    {
      Sid       = "HandOverTheAgentsRoles"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [local.execution_role_arn, local.task_role_arn]
      Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    },
  ]
}

resource "aws_iam_policy" "controller" {
  name        = "${local.role_name}-controller"
  path        = var.roles.path
  description = "Jenkins starts agents of ${var.name}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.controller_statements })
}

resource "aws_iam_role_policy_attachment" "controller" {
  count = var.controller.role_name == null ? 0 : 1

  role       = var.controller.role_name
  policy_arn = aws_iam_policy.controller.arn
}
