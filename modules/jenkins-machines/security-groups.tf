# Jenkins opens every connection, by SSH; agents call registries, sources and AWS. Nothing else reaches an agent.

resource "aws_security_group" "agents" {
  #checkov:skip=CKV2_AWS_5:machines that Jenkins starts join it, which are not made here

  name_prefix = "${var.name}-agents-"
  description = "Jenkins agents of ${var.name}"
  vpc_id      = var.network.vpc_id
  tags        = { Name = "${var.name}-agents" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "agents" {
  #checkov:skip=CKV_AWS_24:from the controller's group alone

  description                  = "SSH, from the Jenkins controller"
  security_group_id            = aws_security_group.agents.id
  referenced_security_group_id = var.controller.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
}

resource "aws_vpc_security_group_egress_rule" "agents" {
  for_each = merge({ https = 443 }, var.network.outbound)

  description       = each.key
  security_group_id = aws_security_group.agents.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "controller" {
  description                  = "SSH, to Jenkins agents of ${var.name}"
  security_group_id            = var.controller.security_group_id
  referenced_security_group_id = aws_security_group.agents.id
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
}
