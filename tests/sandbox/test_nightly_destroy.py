"""The night's schedule, really made: EventBridge Scheduler may assume its role, and would not take the one that names the
schedule instead of its group."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from served_provider import served
from terraform_in import REGION, ROOT, Terraform

from wrapper.sandbox.lifecycle import Sandbox, Seed

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]

NIGHT = """
data "aws_vpc" "this" {
  default = true
}

module "night" {
  source   = "../modules/nightly-destroy"
  schedule = { zone = "Australia/Sydney" }
  image    = "registry.example.com/night:90"
  network  = { vpc_id = data.aws_vpc.this.id, subnet_ids = ["subnet-0aaa"] }
  access   = { state_buckets = ["orchestrate-state"], role_arns = ["arn:aws:iam::123456789012:role/orchestrate"] }
}
"""
REFUSED = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."


def test_a_night_is_made_and_a_role_for_its_schedule_alone_is_refused(
    tmp_path: Path, sandbox: Sandbox, seed: Seed, provider_binary: Path
) -> None:
    shutil.copytree(ROOT / "modules", tmp_path / "modules", ignore=shutil.ignore_patterns(".terraform*"))
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "main.tf").write_text(NIGHT)
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION}
    url = sandbox.start(seed).url
    there = keys | {"AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_DISABLED": "true"}
    with served(provider_binary, there) as environment:
        stack = Terraform(tmp_path / "root", there | environment)
        stack.run("init", "-input=false", "-no-color")
        stack.apply()
        assert stack.changes() == {}

    session = boto3.Session("test", "test", region_name=REGION)
    iam, scheduler = (session.client(service, endpoint_url=url) for service in ("iam", "scheduler"))
    made = scheduler.get_schedule(GroupName="nightly-destroy", Name="nightly-destroy")
    role = made["Target"]["RoleArn"].rpartition("/")[2]
    policy = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    assert source(policy)["aws:SourceArn"] == made["Arn"].replace(":schedule/", ":schedule-group/").rpartition("/")[0]

    source(policy)["aws:SourceArn"] = made["Arn"]
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(policy))
    for ask, name in ((scheduler.create_schedule, "another"), (scheduler.update_schedule, "nightly-destroy")):
        asked = {key: made[key] for key in ("GroupName", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
        with pytest.raises(ClientError) as refused:
            ask(Name=name, **asked)
        assert refused.value.response["Error"] == {"Code": "ValidationException", "Message": REFUSED}


def source(policy: Any) -> dict[str, str]:
    """What the schedule's role asks of the service that assumes it."""
    condition: dict[str, str] = policy["Statement"][0]["Condition"]["StringEquals"]
    return condition
