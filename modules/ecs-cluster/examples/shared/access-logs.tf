# Where the load balancers write who asked for what. They look at the bucket's policy as they are made.

resource "aws_s3_bucket" "access_logs" {
  #checkov:skip=CKV_AWS_18:the logs of the log bucket would need a log bucket
  #checkov:skip=CKV_AWS_21:access logs are written once and never changed
  #checkov:skip=CKV_AWS_144:an example; its logs may be lost with their region
  #checkov:skip=CKV_AWS_145:load balancers can write to a bucket with S3's own key alone
  #checkov:skip=CKV2_AWS_61:an example; how long access logs are kept is the account's rule
  #checkov:skip=CKV2_AWS_62:no program waits for an access log

  bucket_prefix = "example-shared-access-logs-"
  force_destroy = true # an example's; real ones outlive their cluster
}

resource "aws_s3_bucket_public_access_block" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LoadBalancers"
      Effect    = "Allow"
      Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.access_logs.arn}/shared/AWSLogs/${data.aws_caller_identity.current.account_id}/*"
    }]
  })
}
