"""Scaling, alarms and tasks, really applied: two tenants with everything, changed in nearly every value, and gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import boto3
import pytest
from applied import left
from terraform_in import REGION, ROOT, Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
HERE = "tests/modules/roots/tasks"
SECOND = "-var=release=2"


def test_tasks_and_alarms_come_change_and_go(code: Path, tmp_path: Path, aws: dict[str, str]) -> None:
    shutil.copytree(code / "modules", tmp_path / "modules", ignore=shutil.ignore_patterns(".terraform*"))
    shutil.copytree(ROOT / HERE, tmp_path / HERE)
    root = Terraform(tmp_path / HERE, aws).init()
    root.apply()
    the_clock_moves_the_bounds(aws["AWS_ENDPOINT_URL"])  # and the next apply leaves them there
    assert root.changes() == {}

    changes = root.changes(SECOND)
    replaced = {address for address, does in changes.items() if len(does) == 2}
    assert {address.split(".")[2] for address in replaced} == {
        "aws_appautoscaling_policy",
        "aws_appautoscaling_scheduled_action",
        "aws_appautoscaling_target",
        "aws_ecs_task_definition",
    }
    assert not [address for address in replaced if "appautoscaling" in address and "worker" in address]
    root.run("apply", "-input=false", "-no-color", "plan")
    assert root.changes(SECOND) == {}

    run_task = root.outputs()["run_task"]
    network = run_task["networkConfiguration"]["awsvpcConfiguration"]  # type: ignore[index]
    assert sorted(network) == ["assignPublicIp", "securityGroups", "subnets"]
    assert run_task["overrides"] == {"containerOverrides": [{"name": "web", "command": ["migrate"]}]}  # type: ignore[index]

    root.destroy(SECOND)
    assert left(aws["AWS_ENDPOINT_URL"], "every-task", "every-task.example.com") == {}


def the_clock_moves_the_bounds(url: str) -> None:
    """As AWS does when a scheduled action is due."""
    scaling = boto3.Session("test", "test", region_name=REGION).client("application-autoscaling", endpoint_url=url)
    (target,) = [
        each
        for each in scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        if each["ResourceId"].startswith("service/every-task/steps")
    ]
    named = {key: target[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
    scaling.register_scalable_target(**named, MinCapacity=0, MaxCapacity=10)
