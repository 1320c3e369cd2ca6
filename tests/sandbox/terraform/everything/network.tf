resource "aws_vpc" "own" {
  cidr_block           = "10.20.0.0/16"
  enable_dns_hostnames = true
}

data "aws_availability_zones" "here" {
  state = "available"
}

resource "aws_subnet" "own" {
  for_each = { for index, zone in slice(data.aws_availability_zones.here.names, 0, 3) : zone => index }

  vpc_id                  = aws_vpc.own.id
  availability_zone       = each.key
  cidr_block              = cidrsubnet(aws_vpc.own.cidr_block, 8, each.value)
  map_public_ip_on_launch = true
}

resource "aws_internet_gateway" "own" {
  vpc_id = aws_vpc.own.id
}

resource "aws_route_table" "own" {
  vpc_id = aws_vpc.own.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.own.id
  }
}

resource "aws_route_table_association" "own" {
  for_each = aws_subnet.own

  subnet_id      = each.value.id
  route_table_id = aws_route_table.own.id
}

resource "aws_eip" "nat" {
  domain = "vpc"
}

resource "aws_nat_gateway" "own" {
  allocation_id = aws_eip.nat.id
  subnet_id     = values(aws_subnet.own)[0].id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.own.id
  service_name    = "com.amazonaws.ap-southeast-2.s3"
  route_table_ids = [aws_route_table.own.id]
}

resource "aws_security_group" "balancer" {
  name_prefix = "everything-balancer-"
  description = "Load balancer"
  vpc_id      = data.aws_vpc.default.id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "balancer" {
  for_each = toset(["80", "443"])

  security_group_id = aws_security_group.balancer.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "balancer" {
  security_group_id = aws_security_group.balancer.id
  description       = "everywhere, release ${var.release}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_security_group" "instances" {
  name        = "everything-instances"
  description = "Container instances"
  vpc_id      = data.aws_vpc.default.id

  ingress {
    description     = "dynamic host ports"
    from_port       = 32768
    to_port         = 65535
    protocol        = "tcp"
    security_groups = [aws_security_group.balancer.id]
  }

  egress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_security_group" "agents" {
  name        = "everything-agents"
  description = "Agents"
  vpc_id      = data.aws_vpc.default.id
}

resource "aws_security_group_rule" "agents_from_each_other" {
  type              = "ingress"
  security_group_id = aws_security_group.agents.id
  self              = true
  from_port         = 9100
  to_port           = 9100
  protocol          = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "agents_from_balancer" {
  security_group_id            = aws_security_group.balancer.id
  description                  = "agents, release ${var.release}"
  referenced_security_group_id = aws_security_group.agents.id
  ip_protocol                  = "tcp"
  from_port                    = 9000
  to_port                      = 9000 + tonumber(var.release)
}

resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "everything-offices"
  address_family = "IPv4"
  max_entries    = 2

  entry {
    cidr        = "198.51.100.0/24"
    description = "an office"
  }
}

resource "aws_vpc_security_group_ingress_rule" "offices" {
  security_group_id = aws_security_group.balancer.id
  description       = "offices, release ${var.release}"
  prefix_list_id    = aws_ec2_managed_prefix_list.offices.id
  ip_protocol       = "tcp"
  from_port         = 8443
  to_port           = 8443
}

resource "aws_vpc_security_group_ingress_rule" "ipv6" {
  security_group_id = aws_security_group.balancer.id
  description       = "IPv6, release ${var.release}"
  cidr_ipv6         = "::/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
