# What a node may do: be a node of this cluster, and read the registry's login. Not more, since every tenant's containers
# run beside that role: images are pulled and logs written with the tenants' own execution roles.

data "aws_secretsmanager_secret" "registry" {
  count = var.registry_secret == null ? 0 : 1

  name = var.registry_secret
}

locals {
  # Roles know no region: the hash keeps the same stack in two regions apart. Nor can IAM change a path, and it knows one role of a
  # name in all paths: a role that moves has another name, and stands beside the old one.
  role_name = "${var.name}-nodes-${substr(sha256("${local.region}/${var.name}${var.roles.path == "/" ? "" : var.roles.path}"), 0, 8)}"

  instance_profile_arn = var.roles.nodes == null ? aws_iam_instance_profile.nodes[0].arn : var.roles.nodes.instance_profile_arn

  kms = "arn:${data.aws_partition.current.partition}:kms:${local.region}:${data.aws_caller_identity.current.account_id}"

  registry_secret = one(data.aws_secretsmanager_secret.registry[*].arn)

  # Written out, so that a plan shows what a role of the caller's own will need.
  cluster_arn = "arn:${data.aws_partition.current.partition}:ecs:${local.region}:${data.aws_caller_identity.current.account_id}:cluster/${aws_ecs_cluster.this.name}"

  # A cluster's machines, as ECS knows them: cluster/x has container-instance/x/<id>.
  container_instances = "${replace(local.cluster_arn, ":cluster/", ":container-instance/")}/*"

  # The agent's calls, with the tightest resource each knows:
  # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
  node_statements = concat(
    [
      {
        Sid      = "Find"
        Effect   = "Allow"
        Action   = ["ecs:DiscoverPollEndpoint"]
        Resource = "*" # it knows no other
      },
      {
        Sid    = "Join"
        Effect = "Allow"
        Action = [
          "ecs:DeregisterContainerInstance",
          "ecs:RegisterContainerInstance",
          "ecs:SubmitAttachmentStateChanges",
          "ecs:SubmitContainerStateChange",
          "ecs:SubmitTaskStateChange",
        ]
        Resource = local.cluster_arn
      },
      {
        Sid    = "Serve"
        Effect = "Allow"
        Action = [
          "ecs:Poll",
          "ecs:StartTelemetrySession",
          "ecs:UpdateContainerInstancesState",
        ]
        Resource  = local.container_instances
        Condition = { ArnEquals = { "ecs:cluster" = local.cluster_arn } }
      },
      {
        Sid       = "Tag"
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = local.container_instances
        Condition = { StringEquals = { "ecs:CreateAction" = "RegisterContainerInstance" } }
      },
    ],
    [for arn in data.aws_secretsmanager_secret.registry[*].arn : {
      Sid      = "LogIn"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = arn
    }],
    # AWS's own key needs no permission, a key of the account's does: for this secret alone.
    [for key in compact(data.aws_secretsmanager_secret.registry[*].kms_key_id) : {
      Sid      = "Decrypt"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = startswith(key, "arn:") && !strcontains(key, ":alias/") ? key : "${local.kms}:key/${strcontains(key, "alias/") ? "*" : key}"
      Condition = merge(
        { StringEquals = { "kms:EncryptionContext:SecretARN" = local.registry_secret } },
        strcontains(key, "alias/") ? { "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = "alias/${split("alias/", key)[1]}" } } : {},
      )
    } if !endswith(key, "alias/aws/secretsmanager")],
  )

  made_roles = var.roles.nodes == null ? 1 : 0

  role_policies = { nodes = {
    policy = jsonencode({ Version = "2012-10-17", Statement = local.node_statements })
    trust = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = "sts:AssumeRole"
        Principal = { Service = "ec2.${data.aws_partition.current.dns_suffix}" } # of China its own
      }]
    })
  } }
}

# One of the caller's own, by its instance profile: who has such roles has made the profile too.
data "aws_iam_instance_profile" "nodes" {
  count = var.roles.nodes == null ? 0 : 1

  name = reverse(split("/", var.roles.nodes.instance_profile_arn))[0]
}

resource "aws_iam_role" "nodes" {
  count = local.made_roles

  name                 = local.role_name
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Nodes of the ECS cluster ${var.name}"
  assume_role_policy   = local.role_policies.nodes.trust
}

resource "aws_iam_role_policy" "nodes" {
  count = local.made_roles

  name   = "node"
  role   = aws_iam_role.nodes[0].name
  policy = local.role_policies.nodes.policy
}

resource "aws_iam_role_policy_attachment" "nodes" {
  for_each = var.node_policies

  role       = aws_iam_role.nodes[0].name
  policy_arn = each.value
}

resource "aws_iam_instance_profile" "nodes" {
  count = local.made_roles

  name = local.role_name
  path = var.roles.path
  role = aws_iam_role.nodes[0].name
}
