"""Which Terraform resource an ARN is, and the id by which `terraform import` takes it in. Pure.

The ids are those of the section "Import" in the provider's page of each type
(registry.terraform.io/providers/hashicorp/aws/latest/docs). What is not here has no import line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

# Service and resource of an ARN (a pattern; its groups fill the id) -> type, id. {arn}, {region}, {account} are known too.
_TABLE = (
    (r"ecs:cluster/(.+)", "aws_ecs_cluster", "{0}"),
    (r"ecs:service/(.+/.+)", "aws_ecs_service", "{0}"),
    (r"elasticloadbalancing:loadbalancer/(?:app|net)/.+", "aws_lb", "{arn}"),
    (r"elasticloadbalancing:targetgroup/.+", "aws_lb_target_group", "{arn}"),
    (r"elasticloadbalancing:listener/.+", "aws_lb_listener", "{arn}"),
    (r"elasticloadbalancing:listener-rule/.+", "aws_lb_listener_rule", "{arn}"),
    (r"ec2:vpc/(.+)", "aws_vpc", "{0}"),
    (r"ec2:subnet/(.+)", "aws_subnet", "{0}"),
    (r"ec2:internet-gateway/(.+)", "aws_internet_gateway", "{0}"),
    (r"ec2:route-table/(.+)", "aws_route_table", "{0}"),
    (r"ec2:security-group/(.+)", "aws_security_group", "{0}"),
    (r"ec2:launch-template/(.+)", "aws_launch_template", "{0}"),
    (r"logs:log-group:(.+?)(?::\*)?", "aws_cloudwatch_log_group", "{0}"),
    (r"cloudwatch:alarm:(.+)", "aws_cloudwatch_metric_alarm", "{0}"),
    (r"sqs:([^:]+)", "aws_sqs_queue", "https://sqs.{region}.amazonaws.com/{account}/{0}"),
    (r"sns:[^:]+", "aws_sns_topic", "{arn}"),
    (r"dynamodb:table/([^/]+)", "aws_dynamodb_table", "{0}"),
    (r"secretsmanager:secret:.+", "aws_secretsmanager_secret", "{arn}"),
    (r"kms:key/(.+)", "aws_kms_key", "{0}"),
    (r"s3:(.+)", "aws_s3_bucket", "{0}"),
)
TYPES = tuple(kind for _, kind, _ in _TABLE)
_CREATING = re.compile(r"^(\S+): (Creating\.\.\.|Creation complete)", re.MULTILINE)


@dataclass(frozen=True)
class Importable:
    type: str
    id: str


def of(arn: str) -> Importable | None:
    """What `terraform import` needs to take it in; None where the table does not know it."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return None
    _, _, service, region, account, resource = parts
    for pattern, kind, form in _TABLE:
        if found := re.fullmatch(pattern, f"{service}:{resource}"):
            return Importable(kind, form.format(*found.groups(), arn=arn, region=region, account=account))
    return None


def unfinished(said: str) -> list[str]:
    """Addresses whose creation Terraform began, and never said to be complete."""
    state: Mapping[str, str] = {m[1]: m[2] for m in _CREATING.finditer(said)}
    return [address for address, word in state.items() if word == "Creating..."]


def type_of(address: str) -> str:
    """``aws_sqs_queue`` of ``module.a["x"].aws_sqs_queue.q[0]``."""
    bare = re.sub(r"\[(?:\"(?:[^\"\\]|\\.)*\"|\d+)\]", "", address)
    return bare.split(".")[-2] if "." in bare else ""
