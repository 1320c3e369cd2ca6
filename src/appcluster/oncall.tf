# Who is told. One topic for the cluster's alarms and all tenants'; CloudWatch and EventBridge of this account may tell.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

resource "aws_sns_topic" "oncall" {
  #checkov:skip=CKV_AWS_26:alarms hold no secret, and CloudWatch may not use AWS's own key for topics

  count = length(var.oncall) > 0 ? 1 : 0

  name = "${var.stack}-oncall"
}

resource "aws_sns_topic_subscription" "oncall" {
  for_each = var.oncall

  topic_arn = aws_sns_topic.oncall[0].arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_policy" "oncall" {
  count = length(var.oncall) > 0 ? 1 : 0

  arn = aws_sns_topic.oncall[0].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.oncall[0].arn
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
      },
      {
        # An EventBridge rule is known by its ARN alone.
        Sid       = "Machines"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.oncall[0].arn
        Condition = { ArnLike = { "aws:SourceArn" = [for event in ["refresh-failed", "spot-interruptions"] :
          "arn:${data.aws_partition.current.partition}:events:*:${data.aws_caller_identity.current.account_id}:rule/${var.stack}-${event}"
        ] } }
      },
    ]
  })
}
