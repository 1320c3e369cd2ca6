"""What an apply created and could not keep in its state: named, and taken in by the ids of the table, with the real provider."""

from __future__ import annotations

import re
import shlex

import pytest
from engine_params import on_host
from harness import PROVIDER, REGION, Project

from wrapper.terraform import import_ids

pytestmark = [pytest.mark.sandbox, on_host]


@pytest.fixture
def project(project: Project, served_path: str) -> Project:
    project.environment["PATH"] = served_path
    return project


TAGGED = PROVIDER.replace(
    f'region = "{REGION}"', f'region = "{REGION}"\n  default_tags {{\n    tags = {{ Stack = "tiny" }}\n  }}'
)
QUEUE = 'resource "aws_sqs_queue" "jobs" {\n  name = "%s-jobs"\n}\n'
LOST = {"action": "sqs:CreateQueue", "code": "AccessDenied", "message": "no", "status": 403, "lost": True, "times": 0}


def test_what_a_failed_apply_left_is_named_and_taken_in(project: Project) -> None:
    assert project.aws
    project.write("src/tiny/aws.tf", TAGGED + QUEUE % project.bucket)
    project.aws.faults(LOST)
    try:
        failed = project.run("apply", "tiny", codes=(1,))
    finally:
        project.aws.faults()
    said = re.search(r"to take it in: \./orchestrate (.+)", failed.err)
    assert said and f":{project.bucket}-jobs" in failed.err, str(failed)
    project.run(*shlex.split(said[1]))
    planned = project.run("plan", "tiny")
    assert "No changes." in planned.out, str(planned)


RESOURCES = """
resource "aws_ecs_cluster" "r" {{ name = "{n}" }}
resource "aws_vpc" "r" {{ cidr_block = "10.9.0.0/16" }}
resource "aws_subnet" "r" {{
  vpc_id            = aws_vpc.r.id
  cidr_block        = "10.9.1.0/24"
  availability_zone = "ap-southeast-2a"
}}
resource "aws_internet_gateway" "r" {{ vpc_id = aws_vpc.r.id }}
resource "aws_route_table" "r" {{ vpc_id = aws_vpc.r.id }}
resource "aws_security_group" "r" {{
  name   = "{n}"
  vpc_id = aws_vpc.r.id
}}
resource "aws_lb_target_group" "r" {{
  name     = "{t}"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.r.id
}}
resource "aws_launch_template" "r" {{ name = "{n}" }}
resource "aws_cloudwatch_log_group" "r" {{ name = "/x/{n}" }}
resource "aws_sqs_queue" "r" {{ name = "{n}" }}
resource "aws_sns_topic" "r" {{ name = "{n}" }}
resource "aws_secretsmanager_secret" "r" {{ name = "{n}" }}
resource "aws_kms_key" "r" {{}}
resource "aws_s3_bucket" "r" {{ bucket = "{n}-r" }}
resource "aws_subnet" "second" {{
  vpc_id            = aws_vpc.r.id
  cidr_block        = "10.9.2.0/24"
  availability_zone = "ap-southeast-2b"
}}
resource "aws_lb" "r" {{
  name     = "{t}"
  internal = true
  subnets  = [aws_subnet.r.id, aws_subnet.second.id]
}}
resource "aws_lb_listener" "r" {{
  load_balancer_arn = aws_lb.r.arn
  port              = 80
  default_action {{
    type             = "forward"
    target_group_arn = aws_lb_target_group.r.arn
  }}
}}
resource "aws_lb_listener_rule" "r" {{
  listener_arn = aws_lb_listener.r.arn
  condition {{
    path_pattern {{ values = ["/x"] }}
  }}
  action {{
    type             = "forward"
    target_group_arn = aws_lb_target_group.r.arn
  }}
}}
resource "aws_ecs_task_definition" "helper" {{
  family                = "{n}"
  container_definitions = jsonencode([{{ name = "web", image = "web:1", memory = 64 }}])
}}
resource "aws_ecs_service" "r" {{
  name            = "{n}"
  cluster         = aws_ecs_cluster.r.arn
  task_definition = aws_ecs_task_definition.helper.arn
  desired_count   = 0
}}
resource "aws_cloudwatch_metric_alarm" "r" {{
  alarm_name          = "{n}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "m"
  namespace           = "n"
  period              = 60
  statistic           = "Sum"
  threshold           = 1
}}
resource "aws_dynamodb_table" "r" {{
  name         = "{n}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "k"
  attribute {{
    name = "k"
    type = "S"
  }}
}}
"""


def arns(project: Project) -> dict[str, str]:
    """By type, of the resources called r."""
    mine = {r["type"]: r["instances"][0]["attributes"] for r in project.state()["resources"] if r["name"] == "r"}
    return {kind: str(one.get("arn") or one["id"]) for kind, one in mine.items()}


def test_each_id_of_the_table_is_taken_by_import(project: Project) -> None:
    """The state is lost; each ARN of the table's types is imported, and nothing is to be added."""
    assert project.aws
    root = TAGGED + RESOURCES.format(n=project.bucket, t=project.bucket[-20:])
    project.write("src/tiny/aws.tf", root)
    project.run("apply", "tiny", timeout=400)
    pages = project.aws.client("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "Stack", "Values": ["tiny"]}]
    )
    listed, known = {one["ResourceARN"] for one in pages["ResourceTagMappingList"]}, arns(project)
    # AWS lists listeners and rules too, by the ARN that they have; moto does not.
    assert {kind for kind, arn in known.items() if arn not in listed} <= {"aws_lb_listener", "aws_lb_listener_rule"}
    ids = {one.type: one.id for arn in known.values() if (one := import_ids.of(arn))}
    wanted = set(import_ids.TYPES)
    project.run("state", "tiny", "rm", *(f"{kind}.r" for kind in sorted(wanted)))
    blocks = "".join(f'import {{\n  to = {kind}.r\n  id = "{ids[kind]}"\n}}\n' for kind in sorted(wanted & ids.keys()))
    project.write("src/tiny/imports.tf", blocks)
    planned = project.run("plan", "tiny", codes=(0, 1), timeout=400)
    assert ids.keys() == wanted
    assert f"{len(wanted)} to import, 0 to add" in planned.out, str(planned)
