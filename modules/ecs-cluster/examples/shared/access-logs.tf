# Where the load balancers write who asked for what. They look at the bucket's policy as they are made.

resource "aws_s3_bucket" "access_logs" {
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
