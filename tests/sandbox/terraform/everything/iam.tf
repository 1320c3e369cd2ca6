data "aws_iam_policy_document" "assume" {
  for_each = toset(["ec2", "ecs-tasks", "ecs", "events", "scheduler", "autoscaling"])

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["${each.value}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "instance" {
  name                 = "everything-instance"
  path                 = "/everything/"
  description          = "Container instances"
  max_session_duration = 7200
  assume_role_policy   = data.aws_iam_policy_document.assume["ec2"].json
}

resource "aws_iam_role_policy_attachment" "instance" {
  for_each = toset([
    "service-role/AmazonEC2ContainerServiceforEC2Role",
    "AmazonSSMManagedInstanceCore",
  ])

  role       = aws_iam_role.instance.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_iam_role_policy" "read_registry_login" {
  name = "read-registry-login"
  role = aws_iam_role.instance.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = aws_secretsmanager_secret.login.arn }]
  })
}

resource "aws_iam_instance_profile" "instance" {
  name = "everything-instance"
  role = aws_iam_role.instance.name
}

resource "aws_iam_role" "execution" {
  name               = "everything-execution"
  assume_role_policy = data.aws_iam_policy_document.assume["ecs-tasks"].json
}

resource "aws_iam_policy" "execution" {
  name = "everything-execution"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "execution" {
  for_each = {
    managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    own     = aws_iam_policy.execution.arn
  }

  role       = aws_iam_role.execution.name
  policy_arn = each.value
}

resource "aws_iam_role" "events" {
  name               = "everything-events"
  assume_role_policy = data.aws_iam_policy_document.assume["events"].json
}

resource "aws_iam_role_policy_attachment" "events" {
  role       = aws_iam_role.events.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceEventsRole"
}

resource "aws_iam_role" "scheduler" {
  name               = "everything-scheduler"
  assume_role_policy = data.aws_iam_policy_document.assume["scheduler"].json
}

resource "aws_iam_role" "hook" {
  name               = "everything-hook"
  assume_role_policy = data.aws_iam_policy_document.assume["autoscaling"].json
}
