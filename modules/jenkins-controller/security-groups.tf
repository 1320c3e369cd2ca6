# Who reaches what: the callers the load balancer, the load balancer and the agents the controller, the controller its home.
# The agents' rules are made where the agents are (modules/jenkins-agents), in the controller's group.

resource "aws_security_group" "load_balancer" {
  name_prefix = "${local.unique}-lb-"
  description = "Load balancer of the Jenkins controller ${var.name}"
  vpc_id      = var.network.vpc_id
  tags        = { Name = "${var.name}-load-balancer" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  #checkov:skip=CKV_AWS_260:port 80 only redirects to HTTPS

  for_each = merge([for who, block in var.address.allowed : {
    for protocol, port in { http = 80, https = 443 } : "${who}-${protocol}" => { block = block, port = port }
  }]...)

  description       = each.key
  security_group_id = aws_security_group.load_balancer.id
  cidr_ipv4         = strcontains(each.value.block, ":") ? null : each.value.block
  cidr_ipv6         = strcontains(each.value.block, ":") ? each.value.block : null
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  description                  = "Jenkins"
  security_group_id            = aws_security_group.load_balancer.id
  referenced_security_group_id = aws_security_group.controller.id
  ip_protocol                  = "tcp"
  from_port                    = local.ports.web
  to_port                      = local.ports.web
}

resource "aws_security_group" "controller" {
  name_prefix = "${local.unique}-controller-"
  description = "Jenkins controller ${var.name}"
  vpc_id      = var.network.vpc_id
  tags        = { Name = "${var.name}-controller" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "controller" {
  description                  = "The load balancer"
  security_group_id            = aws_security_group.controller.id
  referenced_security_group_id = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.ports.web
  to_port                      = local.ports.web
}

# Plugins, source repositories and AWS: all by HTTPS. (AWS's resolver is no matter of security groups.)
resource "aws_vpc_security_group_egress_rule" "controller" {
  for_each = merge({ https = 443 }, var.network.outbound)

  description       = each.key
  security_group_id = aws_security_group.controller.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "controller_home" {
  description                  = "Its home"
  security_group_id            = aws_security_group.controller.id
  referenced_security_group_id = aws_security_group.home.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

resource "aws_security_group" "home" {
  name_prefix = "${local.unique}-home-"
  description = "Home of the Jenkins controller ${var.name}"
  vpc_id      = var.network.vpc_id
  tags        = { Name = "${var.name}-home" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "home" {
  description                  = "The controller"
  security_group_id            = aws_security_group.home.id
  referenced_security_group_id = aws_security_group.controller.id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}
