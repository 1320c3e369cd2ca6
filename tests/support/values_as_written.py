"""Values as people write them, each in a file of its own style; and forms in which a reader may err. Text with ``${`` or ``%{``,
escaped or not, is not among them: it is data to the tool, and a template to Terraform."""

from __future__ import annotations

PLAIN = """\
# The environment. Filled in by the platform team.
region      = "ap-southeast-2"
environment = "production"
az_count    = 3

enable_nat_gateway   = true
single_nat_gateway   = false
enable_dns_hostnames = true

vpc_cidr         = "10.20.0.0/16"
private_subnets  = ["10.20.1.0/24", "10.20.2.0/24", "10.20.3.0/24"]
public_subnets   = ["10.20.101.0/24", "10.20.102.0/24", "10.20.103.0/24",]
database_subnets = []

tags = {
  Terraform   = "true"
  Environment = "production"
  CostCentre  = "0042"
  "kubernetes.io/cluster/main" = "shared"
  "aws:createdBy"              = "platform"
}
"""

NESTED = """\
/*
 * Node pools: one map, never a list.
 */
node_pools = {
  system = {
    instance_types = ["m6i.large", "m6a.large"]
    min_size       = 2, max_size = 6, desired_size = 2   // one line
    labels         = { "node.kubernetes.io/role" : "system" }
    taints = [
      { key = "CriticalAddonsOnly", value = "true", effect = "NO_SCHEDULE" },
    ]
  }

  spot = {
    instance_types = [
      "c6i.xlarge",   # first choice
      "c6a.xlarge",

      "c5.xlarge"     // last
    ]
    capacity_type = "SPOT"
    min_size      = 0
    max_size      = 40
    spot_price    = 0.0925
    block_devices = { xvda = { size = 80, type = "gp3", iops = 3000, encrypted = true, kms_key_id = null } }
  }
}
iam_bindings = { "roles/viewer" = ["group:a@example.com", "user:b@example.com"], "roles/owner" = [] }
factories_config = {
  budgets  = "data/budgets"
  projects = null
}
"""

HEREDOCS = """\
user_data = <<-EOT
    #!/bin/bash
    set -euo pipefail

    cat > /etc/ecs/ecs.config <<CONFIG
    ECS_CLUSTER=main
      ECS_ENABLE_SPOT_INSTANCE_DRAINING=true
    CONFIG
    \t
    echo "100% done; costs $5" >> /var/log/setup.log
  EOT

assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Principal": { "Service": "ecs-tasks.amazonaws.com" } }]
}
EOF

certificates = {
  root = <<CERT
-----BEGIN CERTIFICATE-----
MIIB0TCCAXegAwIBAgIQ+a/b==
-----END CERTIFICATE-----
CERT
  chain = [<<-CERT
\t\tfirst
\t\t  second
\tCERT
  ]
}
"""

WINDOWS = """\
subscription_id = "00000000-0000-0000-0000-000000000000"
location        = "westeurope"
# Ein Kommentar: Größe
sku = {
  tier = "Standard"
  size = "S1"
}
address_space = [
  "10.0.0.0/16",
  "10.1.0.0/16"
]
custom_data = <<EOF
line one

  line two
EOF
motd = <<-EOF
    hello
      there
    EOF
""".replace("\n", "\r\n")

ESCAPED = """\
path       = "C:\\\\Program Files\\\\App"
pattern    = "^(?:[a-z0-9][a-z0-9-]{0,61}\\\\.)+$"
said       = "she said \\"no\\"\\n\\tand left\\r\\n"
unicode    = "Zürich 東京 \\u00e9 \\U0001F600"
dollars    = "$5, $$, 100%, %%, {}"
schedule   = "cron(0 20 ? * MON-FRI *)"
json_text  = "{\\"a\\": [1, 2.0]}"
url        = "https://example.com/?a=1&b=<c>#d//e/*f*/"
empty      = ""
blank      = " "
"""

NUMBERS = """\
port=8080
cpu   =   0.25
ratio = 1.50
negative = -3
threshold = -0.5
large = 123456789012345678901234567890
small = 1e-7
exponent = 6.02214076E+23
account = "012345678901"
leading = 007
percentages = [0.1, 0.2, 0.3, 33.333333, 1e3, 100.0]
"""

UNTIDY = """\
  first="a"
\tsecond\t=\t[ 1,2 , 3 ,]
third = { }   # nothing
fourth = {a=1,b=2}
fifth = [
]
sixth = [{
  a = 1
}, {
  a = 2
}]
seventh = {
  # words alone
}
eighth = [[1, [2]], [], [{}]]
ninth = { 2024 = "a number", true = "a keyword", null = "another", a-b = 1, in = 2 }
tenth = [ # words
  1 # more
  , 2
]
"""

PIPELINE = """\
{
  "//": "from a pipeline",
  "image": {"repository": "registry.example.com/app", "tag": "1.10"},
  "replicas": 3,
  "weights": [0.1, 1e3, -2.50, 0],
  "annotations": {"a/b": "${c} %{d} $${e}", "e": null, "f": true},
  "text": "line\\n\\u00e9\\ud83d\\ude00"
}
"""

FILES = {
    "plain.auto.tfvars": PLAIN,
    "nested.auto.tfvars": NESTED,
    "heredocs.auto.tfvars": HEREDOCS,
    "windows.auto.tfvars": WINDOWS,
    "escaped.auto.tfvars": ESCAPED,
    "numbers.auto.tfvars": NUMBERS,
    "untidy.auto.tfvars": UNTIDY,
    "pipeline.auto.tfvars.json": PIPELINE,
}

LINES = [
    "0",
    "- 5",
    "00.5",
    "1E5",
    "1e+5",
    "9007199254740993",
    "0.30000000000000004",
    "3.141592653589793",
    "99999999999999999999999999999999999999999999",
    '"x\ty"',
    '"x\x0by\x7f\u2028z"',
    '"\ufeff"',
    '"e\u0301"',
    '{"e\u0301" = 1}',
    "{b = 1\n\n\n}",
    "{\n b = 1 # x\n # y\n c = 2 // z\n}",
    "<<E\nx\n   \ny\nE",
    "<<E\nE",
    "<<-E\nE",
    "<<E\n\nE",
    "<<-E\n   \n   \nE",
    "<<-E\n  x\n   \n  y\n  E",
    "<<-E\n  x\n \n\n    y\n  E",
    "<<-E\n    x\n  y\nE",
    "<<-E\n\tx\n  y\n\tE",
    "<<-E\n\u00a0\u00a0x\n\u00a0y\nE",
    "<<-E\n\u2003x\n  y\nE",
    "<<-E\n  x  \n  y  \nE",
    "<<E\n$ % $$ %%\nE",
    '<<E\n\\n \\u00e9 "q" #x //y /*z\nE',
    "<<E\nx\x0by\x0cz\x1cq\x1dr\x1es\x85t\u2028u\u2029v\nE",
    "<<E\r\nx\r\n\r\ny\r\nE\r",
    "<<-E\r\n  x\r\n  \r\n    y\r\n  E\r",
    "<<E\n  E2\nE",
    "<<E\nx E\n E x\nEE\n  E",
    "<<E-F\nx\nE-F",
    "[<<E\nx\nE\n, 2]",
    "{b = <<E\nx\nE\nc = 1\n}",
]

TYPED = [
    ("string", "1.10"),
    ("string", "1e3"),
    ("string", "true"),
    ("string", "12345678901234567890123"),
    ("number", '"1.50"'),
    ("number", '"1.123456789012345678901"'),
    ("bool", '"true"'),
    ("list(string)", '[1, true, "x"]'),
    ("set(string)", '["b", "a", "b"]'),
    ("set(number)", "[2, 1, 2.0]"),
    ("map(string)", '{ a = 1, "b c" = false, 12 = "x" }'),
    ("map(any)", '{ a = "x", b = "y" }'),
    ("object({ a = string, b = optional(number, 3) })", "{ a = 5 }"),
    ("list(object({ a = optional(string) }))", '[{}, { a = null }, { a = "x" }]'),
    ("tuple([string, number])", '["a", "2"]'),
    ("map(map(list(number)))", '{ a = { b = [1, "2"] } }'),
    ("any", "null"),
]
