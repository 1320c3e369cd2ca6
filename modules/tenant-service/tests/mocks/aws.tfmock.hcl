# What AWS would answer, where the module or the provider looks at it.

mock_data "aws_region" {
  defaults = { name = "ap-southeast-2" }
}

mock_data "aws_partition" {
  defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
}

mock_data "aws_caller_identity" {
  defaults = { account_id = "123456789012" }
}

mock_data "aws_lb_listener" {
  defaults = { protocol = "HTTPS" }
}

mock_data "aws_route53_zone" {
  defaults = { zone_id = "Z1" }
}

mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws:iam::123456789012:role/x" }
}

mock_resource "aws_lb" {
  defaults = {
    arn        = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:loadbalancer/app/x/1"
    arn_suffix = "app/x/1"
    dns_name   = "own.elb.example.com"
    zone_id    = "ZOWN"
  }
}

mock_resource "aws_lb_listener" {
  defaults = { arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:listener/app/x/1/1" }
}

mock_resource "aws_lb_target_group" {
  defaults = { arn = "arn:aws:elasticloadbalancing:ap-southeast-2:123456789012:targetgroup/x/1", arn_suffix = "targetgroup/x/1" }
}

mock_resource "aws_acm_certificate" {
  defaults = {
    arn = "arn:aws:acm:ap-southeast-2:123456789012:certificate/made"
    domain_validation_options = [
      { domain_name = "acme.test.example.com", resource_record_name = "_1.acme.test.example.com", resource_record_type = "CNAME", resource_record_value = "_1.acm" },
    ]
  }
}

mock_resource "aws_acm_certificate_validation" {
  defaults = { certificate_arn = "arn:aws:acm:ap-southeast-2:123456789012:certificate/made" }
}

mock_resource "aws_ecs_task_definition" {
  defaults = { arn = "arn:aws:ecs:ap-southeast-2:123456789012:task-definition/x:1" }
}

mock_resource "aws_service_discovery_service" {
  defaults = { arn = "arn:aws:servicediscovery:ap-southeast-2:123456789012:service/srv-1" }
}

mock_resource "aws_security_group" {
  defaults = { id = "sg-made" }
}

mock_resource "aws_appautoscaling_policy" {
  defaults = { arn = "arn:aws:autoscaling:ap-southeast-2:123456789012:scalingPolicy:1:resource/ecs/service/x/y:policyName/z" }
}

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws:logs:ap-southeast-2:123456789012:log-group:x" }
}

mock_resource "aws_sqs_queue" {
  defaults = { arn = "arn:aws:sqs:ap-southeast-2:123456789012:x", url = "https://sqs.ap-southeast-2.amazonaws.com/123456789012/x" }
}
