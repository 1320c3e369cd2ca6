# Who is told. CloudWatch and EventBridge must be allowed to tell, for this account only.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

resource "aws_sns_topic" "oncall" {
  #checkov:skip=CKV_AWS_26:alarms hold no secret, and CloudWatch may not use AWS's own key for topics

  name = "example-shared-oncall"
}

resource "aws_sns_topic_policy" "oncall" {
  arn = aws_sns_topic.oncall.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Alarms"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.oncall.arn
        Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
      },
      {
        # An EventBridge rule is known by its ARN alone.
        Sid       = "Machines"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.oncall.arn
        Condition = { ArnLike = { "aws:SourceArn" = [for event in ["refresh-failed", "spot-interruptions"] :
          "arn:${data.aws_partition.current.partition}:events:*:${data.aws_caller_identity.current.account_id}:rule/*-${event}"
        ] } }
      },
    ]
  })
}
