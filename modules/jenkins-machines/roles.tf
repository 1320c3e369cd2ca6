# The machines' role: what builds may do in AWS is in the policies that are given (modules/pipeline-permissions makes them).

locals {
  make_role            = var.roles.agents == null
  instance_profile_arn = local.make_role ? aws_iam_instance_profile.agents[0].arn : var.roles.agents.instance_profile_arn
  role_arn             = local.make_role ? aws_iam_role.agents[0].arn : var.roles.agents.role_arn
}

resource "aws_iam_role" "agents" {
  count = local.make_role ? 1 : 0

  name                 = "${local.role_name}-agents"
  path                 = var.roles.path
  permissions_boundary = var.roles.permissions_boundary
  description          = "Builds on the Jenkins agents of ${var.name}"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "agents" {
  for_each = local.make_role ? merge(var.policies, var.session_manager ? { session-manager = "arn:${local.partition}:iam::aws:policy/AmazonSSMManagedInstanceCore" } : {}) : {}

  role       = aws_iam_role.agents[0].name
  policy_arn = each.value
}

resource "aws_iam_instance_profile" "agents" {
  count = local.make_role ? 1 : 0

  name = "${local.role_name}-agents"
  path = var.roles.path
  role = aws_iam_role.agents[0].name
}
