# Who opens a shell in a container (task.execute_command) is recorded by the container's own role: ECS gives the cluster no
# other. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html

resource "aws_iam_role_policy" "sessions" {
  count = coalesce(var.task.execute_command, false) && var.sessions.log_group_arn != null ? 1 : 0

  name = "record-sessions"
  role = module.service.task_role_name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        { Effect = "Allow", Action = ["logs:DescribeLogGroups"], Resource = ["*"] }, # knows no resource
        {
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = ["${var.sessions.log_group_arn}:*"]
        },
      ],
      [for key in var.sessions.kms_key_arn[*] : { Effect = "Allow", Action = ["kms:Decrypt"], Resource = [key] }],
    )
  })
}
