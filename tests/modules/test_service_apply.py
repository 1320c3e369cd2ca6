"""tenant-service in every mode, side by side, really applied, changed and destroyed in a simulated AWS.

One root, because its waits overlap: the provider waits a minute for a load balancer, and as long for five of them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from applied import left
from terraform_in import Terraform

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
EXAMPLE = "modules/tenant-service/examples/side-by-side"
CHANGED = ("-var=build=2", "-var=changed=true")
STACK = "side-by-side"


def test_every_kind_of_service_comes_changes_without_a_gap_and_goes(
    code: Path, tmp_path: Path, aws: dict[str, str]
) -> None:
    shutil.copytree(code / "modules", tmp_path / "modules", ignore=shutil.ignore_patterns(".terraform*"))
    example = Terraform(tmp_path / EXAMPLE, aws)
    example.run("init", "-input=false", "-no-color")
    example.apply("-parallelism=30")
    assert example.changes() == {}

    new_build = example.changes("-var=build=2")
    assert {kind(address): does for address, does in new_build.items()} == {
        "aws_ecs_service": ["update"],
        "aws_ecs_task_definition": [
            "create",
            "delete",
        ],  # "delete" is Terraform's alone: skip_destroy keeps the revision
    }
    assert len(new_build) == 14

    others = example.changes(*CHANGED)
    assert [address for address, does in others.items() if does == DESTROYED_FIRST and kind(address) in SERVING] == []
    assert {others[f"module.own.{what}"][0] for what in IN_PLACE} == {"update"}
    assert others["module.shared.aws_lb_listener_rule.shared[0]"] == ["update"]

    done = events(example.run("apply", "-json", "-input=false", "-parallelism=30", "plan"))
    for tenant, way_in in (("moving", "aws_lb_listener_rule.shared[0]"), ("turning", "aws_lb_listener.http[0]")):
        assert in_order(done, tenant, way_in) == sorted(in_order(done, tenant, way_in))
    assert example.changes(*CHANGED) == {}

    services: Any = example.outputs()["services"]
    assert sorted(services) == ["daemon", "fargate", "inside", "moving", "own", "shared", "turning"]
    assert {
        name: len(service["target_groups"]) for name, service in services.items() if not service["target_groups"]
    } == {
        "daemon": 0,
        "inside": 0,
    }

    example.destroy("-parallelism=30", *CHANGED)
    assert left(aws["AWS_ENDPOINT_URL"], STACK, STACK) == {}


DESTROYED_FIRST = ["delete", "create"]
SERVING = ("aws_ecs_service", "aws_lb", "aws_lb_listener", "aws_lb_target_group", "aws_lb_listener_rule")
IN_PLACE = ("aws_ecs_service.this", "aws_lb_target_group.this[0]")  # another port, another health check


def in_order(done: dict[tuple[str, str, str], int], tenant: str, way_in: str) -> list[int]:
    """When each thing happened that must come after the one before it, or requests would find nobody."""
    return [
        done[f"module.{tenant}.aws_lb_target_group.this[0]", "create", "complete"],
        done[f"module.{tenant}.{way_in}", "create", "complete"],
        done[f"module.{tenant}.aws_ecs_service.this", "create", "start"],
        done[f"module.{tenant}.aws_ecs_service.this", "create", "complete"],  # steady, on the new target group
        done[f'module.{tenant}.aws_route53_record.this["A"]', "update", "start"],
        done[f'module.{tenant}.aws_route53_record.this["A"]', "update", "complete"],
        done[f"module.{tenant}.aws_ecs_service.this", "delete", "start"],
        done[f"module.{tenant}.aws_ecs_service.this", "delete", "complete"],
        done[f"module.{tenant}.aws_lb_listener.http[0]", "delete", "start"],
        done[f"module.{tenant}.aws_lb_target_group.this[0]", "delete", "start"],
    ]


def events(text: str) -> dict[tuple[str, str, str], int]:
    """(address, action, start or complete) => its place in the order of events."""
    found = {}
    for place, line in enumerate(text.splitlines()):
        event = json.loads(line)
        if event["type"] in ("apply_start", "apply_complete"):
            hook = event["hook"]
            found[hook["resource"]["addr"], hook["action"], event["type"].removeprefix("apply_")] = place
    return found


def kind(address: str) -> str:
    return address.split(".")[2].split("[")[0] if address.startswith("module.") else address.split(".")[0]
