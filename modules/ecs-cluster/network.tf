# A small network, made only when none is given. A zone's letter fixes its subnets' addresses, so that a zone added
# later moves no subnet. Of the cidr's sixteenths the first six are public, the seventh and eighth hold the data
# subnets (a quarter each), the ninth to fourteenth are private.

locals {
  make_network = var.network.existing == null
  private      = local.make_network && var.network.nat != "none"

  letters       = ["a", "b", "c", "d", "e", "f"]
  zones         = local.make_network ? var.network.zones : toset([])
  private_zones = local.private ? local.zones : toset([])
  data_zones    = var.network.data ? local.zones : toset([])
  first_zone    = sort(var.network.zones)[0]
  nat_zones     = var.network.nat == "one" ? setintersection(local.private_zones, [local.first_zone]) : local.private_zones

  blocks = length(var.network.blocks) > 0 ? var.network.blocks : merge(
    { for zone in local.zones : "public-${zone}" => cidrsubnet(var.network.cidr, 4, index(local.letters, zone)) },
    { for zone in local.zones : "private-${zone}" => cidrsubnet(var.network.cidr, 4, 8 + index(local.letters, zone)) },
    { for zone in local.zones : "data-${zone}" => cidrsubnet(var.network.cidr, 6, 24 + index(local.letters, zone)) },
  )

  vpc_id                   = local.make_network ? aws_vpc.this[0].id : var.network.existing.vpc_id
  public_subnet_ids        = toset([for subnet in aws_subnet.public : subnet.id])
  private_subnet_ids       = toset([for subnet in aws_subnet.private : subnet.id])
  load_balancer_subnet_ids = local.make_network ? local.public_subnet_ids : var.network.existing.load_balancer_subnet_ids
  node_subnet_ids          = !local.make_network ? var.network.existing.node_subnet_ids : local.private ? local.private_subnet_ids : local.public_subnet_ids
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:flow logs cost by the byte and belong to the account; a network of one's own brings its own
  #checkov:skip=CKV2_AWS_12:nothing joins the default group; what it allows, it allows to itself

  count = local.make_network ? 1 : 0

  cidr_block                       = var.network.cidr
  assign_generated_ipv6_cidr_block = var.network.ipv6
  enable_dns_hostnames             = true

  tags = { Name = var.name }
}

# Everything here names its group. What forgets to gets this one, and is in touch with nothing.
resource "aws_default_security_group" "this" {
  count = local.make_network ? 1 : 0

  vpc_id = local.vpc_id
  tags   = { Name = "${var.name}-unused" }
}

resource "aws_internet_gateway" "this" {
  count = local.make_network ? 1 : 0

  vpc_id = local.vpc_id
  tags   = { Name = var.name }
}

resource "aws_subnet" "public" {
  for_each = local.zones

  vpc_id            = local.vpc_id
  availability_zone = "${local.region}${each.key}"
  cidr_block        = local.blocks["public-${each.key}"]
  ipv6_cidr_block   = var.network.ipv6 ? cidrsubnet(aws_vpc.this[0].ipv6_cidr_block, 8, index(local.letters, each.key)) : null

  tags = { Name = "${var.name}-public-${each.key}" }
}

resource "aws_route_table" "public" {
  count = local.make_network ? 1 : 0

  vpc_id = local.vpc_id
  tags   = { Name = "${var.name}-public" }

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this[0].id
  }

  dynamic "route" {
    for_each = var.network.ipv6 ? ["::/0"] : []

    content {
      ipv6_cidr_block = route.value
      gateway_id      = aws_internet_gateway.this[0].id
    }
  }
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public[0].id
}

resource "aws_subnet" "private" {
  for_each = local.private_zones

  vpc_id            = local.vpc_id
  availability_zone = "${local.region}${each.key}"
  cidr_block        = local.blocks["private-${each.key}"]

  tags = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_eip" "nat" {
  for_each = local.nat_zones

  domain = "vpc"
  tags   = { Name = "${var.name}-nat-${each.key}" }
}

resource "aws_nat_gateway" "this" {
  for_each = local.nat_zones

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
  tags          = { Name = "${var.name}-${each.key}" }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route_table" "private" {
  for_each = local.private_zones

  vpc_id = local.vpc_id
  tags   = { Name = "${var.name}-private-${each.key}" }

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.this[var.network.nat == "one" ? local.first_zone : each.key].id
  }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[each.key].id
}

# ECR keeps its layers in S3: this way they cost nothing, through a NAT gateway they cost by the gigabyte.
resource "aws_vpc_endpoint" "s3" {
  count = local.private ? 1 : 0

  vpc_id          = local.vpc_id
  service_name    = "com.amazonaws.${local.region}.s3"
  route_table_ids = [for table in aws_route_table.private : table.id]
  tags            = { Name = "${var.name}-s3" }
}

# No route table of their own: the network's main one leads nowhere but inside.
resource "aws_subnet" "data" {
  for_each = local.data_zones

  vpc_id            = local.vpc_id
  availability_zone = "${local.region}${each.key}"
  cidr_block        = local.blocks["data-${each.key}"]

  tags = { Name = "${var.name}-data-${each.key}" }
}
