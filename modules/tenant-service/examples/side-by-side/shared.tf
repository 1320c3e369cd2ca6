# What the tenants stand on: a cluster with machines and Fargate, a load balancer that some share, files, a namespace.

locals {
  stack = "side-by-side"

  cluster = {
    name                            = aws_ecs_cluster.this.name
    arn                             = aws_ecs_cluster.this.arn
    capacity_provider               = one([for name in aws_ecs_cluster_capacity_providers.this.capacity_providers : name if !startswith(name, "FARGATE")])
    vpc_id                          = data.aws_vpc.default.id
    node_subnet_ids                 = data.aws_subnets.default.ids
    load_balancer_subnet_ids        = data.aws_subnets.default.ids
    load_balancer_security_group_id = aws_security_group.load_balancers.id
  }

  shared_load_balancer = {
    listener_arn      = aws_lb_listener.shared.arn
    dns_name          = aws_lb.shared.dns_name
    zone_id           = aws_lb.shared.zone_id
    security_group_id = aws_security_group.load_balancers.id
    arn_suffix        = aws_lb.shared.arn_suffix
  }
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_ssm_parameter" "machine_image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
}

resource "aws_ecs_cluster" "this" {
  name = local.stack

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_launch_template" "nodes" {
  name          = local.stack
  image_id      = data.aws_ssm_parameter.machine_image.value
  instance_type = "t3.medium"
  user_data     = base64encode("#!/bin/sh\necho ECS_CLUSTER=${local.stack} >>/etc/ecs/ecs.config\n")

  metadata_options {
    http_tokens = "required"
  }
}

resource "aws_autoscaling_group" "nodes" {
  name                = local.stack
  min_size            = 0
  max_size            = 2
  vpc_zone_identifier = data.aws_subnets.default.ids
  force_delete        = true

  launch_template {
    id      = aws_launch_template.nodes.id
    version = aws_launch_template.nodes.latest_version
  }

  tag {
    key                 = "AmazonECSManaged" # ECS adds it
    value               = "true"
    propagate_at_launch = true
  }
}

resource "aws_ecs_capacity_provider" "nodes" {
  name = "nodes-${local.stack}"

  auto_scaling_group_provider {
    auto_scaling_group_arn = aws_autoscaling_group.nodes.arn
  }
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  cluster_name       = aws_ecs_cluster.this.name
  capacity_providers = [aws_ecs_capacity_provider.nodes.name, "FARGATE", "FARGATE_SPOT"]
}

resource "aws_security_group" "load_balancers" {
  name_prefix = "${local.stack}-load-balancers-"
  description = "Load balancers that reach the machines"
  vpc_id      = data.aws_vpc.default.id
}

resource "aws_lb" "shared" {
  #checkov:skip=CKV2_AWS_20:an example by HTTP; HTTPS is shown by the tenant own
  #checkov:skip=CKV2_AWS_28:an example; a firewall is the account's business
  #checkov:skip=CKV_AWS_150:an example that is made to be destroyed
  #checkov:skip=CKV_AWS_91:an example; the one of ecs-cluster has a bucket of access logs

  name                       = "${local.stack}-shared"
  subnets                    = data.aws_subnets.default.ids
  security_groups            = [aws_security_group.load_balancers.id]
  drop_invalid_header_fields = true
}

resource "aws_lb_listener" "shared" {
  #checkov:skip=CKV_AWS_2:an example by HTTP; HTTPS is shown by the tenant own
  #checkov:skip=CKV_AWS_103:it speaks HTTP and has no TLS to choose a version of

  load_balancer_arn = aws_lb.shared.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
      message_body = "No tenant has this name."
    }
  }
}

resource "aws_efs_file_system" "data" {
  #checkov:skip=CKV_AWS_184:an example; AWS's own key encrypts

  encrypted = true
}

resource "aws_efs_access_point" "data" {
  file_system_id = aws_efs_file_system.data.id

  posix_user {
    uid = 1000
    gid = 1000
  }

  root_directory {
    path = "/own"

    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "0750"
    }
  }
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  name = "${local.stack}.internal"
  vpc  = data.aws_vpc.default.id
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name          = "${local.stack}-latency"
  namespace           = "AWS/ApplicationELB"
  metric_name         = "TargetResponseTime"
  dimensions          = { LoadBalancer = aws_lb.shared.arn_suffix }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 2
  period              = 60
  evaluation_periods  = 3
}
