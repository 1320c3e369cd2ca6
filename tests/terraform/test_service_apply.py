"""tenant-service and tenant-load-balancer in every mode, side by side, really applied, changed and destroyed in a simulated AWS.

One root, because its waits overlap: the provider waits a minute for a load balancer, and as long for five of them. Where
nothing has changed since the last look, Terraform does not look again.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import boto3
import pytest
from applied import left
from states_by_http import with_state_by_http
from terraform_in import REGION, Terraform, actions

pytestmark = [pytest.mark.terraform, pytest.mark.sandbox]
EXAMPLE = "modules/tenant-service/examples/side-by-side"
QUICKLY = "-var=linger_seconds=2"
CHANGED = ("-var=build=2", "-var=changed=true", QUICKLY)
STACK = "side-by-side"
AS_SEEN = "-refresh=false"
TAGS = {"Stack": STACK, "ManagedBy": "terraform"}  # and Tenant, where a root has one: tests/support/account.py


@pytest.mark.long(315)
def test_every_kind_of_service_comes_changes_without_a_gap_and_goes(
    code: Path, tmp_path: Path, aws: dict[str, str]
) -> None:
    shutil.copytree(code / "modules", tmp_path / "modules", ignore=shutil.ignore_patterns(".terraform*"))
    with with_state_by_http(Terraform(tmp_path / EXAMPLE, aws)) as example:
        comes_changes_and_goes(example, aws["AWS_ENDPOINT_URL"])


def comes_changes_and_goes(example: Terraform, url: str) -> None:
    example.run("init", "-input=false", "-no-color")
    example.apply("-parallelism=30")
    the_clock_moves_the_bounds(url)  # and no plan puts them back

    new_build = changed_attributes(example.planned("-var=build=2"))
    assert {kind(address): changes for address, changes in new_build.items()} == A_NEW_BUILD
    assert len(new_build) == 8 * 2 + 5  # the services, and what the background has beside its own

    planned = example.planned(*CHANGED, AS_SEEN)
    assert badly_tagged(planned) == []
    others = {of_tenant(address): does for address, does in actions(planned).items()}
    assert [address for address, does in others.items() if does == DESTROYED_FIRST and kind(address) in SERVING] == []
    assert {others[f"module.own.{what}"][0] for what in IN_PLACE} == {"update"}
    assert others['module.shared.aws_lb_listener_rule.shared["first"]'] == ["update"]
    assert {kind(address) for address, does in others.items() if len(does) == 2 and ".steps." in address} == MADE_ANEW

    done = events(example.run("apply", "-json", "-input=false", "-parallelism=30", "plan"))
    for tenant, way_in, key in MOVES:
        assert in_order(done, tenant, way_in, key) == sorted(in_order(done, tenant, way_in, key))
    assert example.changes(*CHANGED) == {}

    given = example.outputs()
    assert without_a_way_in(given["services"]) == (9, ["daemon", "inside", "steps", "steps/resize"])
    assert started_by_hand(given["run_task"]) == ("migrate", ["assignPublicIp", "securityGroups", "subnets"])

    example.destroy("-parallelism=30", AS_SEEN, *CHANGED)
    assert left(url, STACK, STACK) == {}


# Of what was just made, a plan with a new build changes no attribute but these.
A_NEW_BUILD = {
    "aws_ecs_service": "update task_definition",
    "aws_ecs_task_definition": "create/delete arn arn_without_revision container_definitions enable_fault_injection id revision",
    "aws_scheduler_schedule": "update target",
}  # "delete" is Terraform's alone: skip_destroy keeps the revision
MADE_ANEW = {"aws_ecs_task_definition"}  # no bound, policy or schedule: the service scales all the time
MOVES = (
    ("moving", "aws_lb_listener_rule.shared", "instance-shared"),
    ("turning", "aws_lb_listener.http", "ip-own-public"),
)
MACHINES = "ec2-replica-44136fa3"  # what of its address does not change with the way in
DESTROYED_FIRST = ["delete", "create"]
SERVING = ("aws_ecs_service", "aws_lb", "aws_lb_listener", "aws_lb_target_group", "aws_lb_listener_rule")
IN_PLACE = ('aws_ecs_service.this["first"]', 'aws_lb_target_group.this["first"]')  # another port, another health check


def in_order(done: dict[tuple[str, str, str], int], tenant: str, way_in: str, key: str) -> list[int]:
    """When each thing happened that must come after the one before it, or requests would find nobody."""
    service = f"{key}-{MACHINES}"
    steps = (
        (f'aws_lb_target_group.this["{key}"]', "create", "complete"),
        (f'{way_in}["{key}"]', "create", "complete"),
        (f'aws_ecs_service.this["{service}"]', "create", "start"),
        (f'aws_ecs_service.this["{service}"]', "create", "complete"),  # steady, on the new target group
        ('aws_route53_record.this["A"]', "update", "start"),
        ('aws_route53_record.this["A"]', "update", "complete"),
        ("terraform_data.resolvers[0]", "create", "complete"),  # the old address is forgotten
        ('aws_appautoscaling_target.bounds["first"]', "delete", "start"),
        ('aws_ecs_service.this["first"]', "delete", "start"),
        ('aws_ecs_service.this["first"]', "delete", "complete"),
        ('aws_lb_listener.http["first"]', "delete", "start"),
        ('aws_lb_target_group.this["first"]', "delete", "start"),
    )
    return [done[f"module.{tenant}.{address}", action, when] for address, action, when in steps]


def of_tenant(address: str) -> str:
    """An address without the tenant's two modules."""
    return re.sub(r"(module\.\w+)\.module\.(service|load_balancer)\.", r"\1.", address)


def events(text: str) -> dict[tuple[str, str, str], int]:
    """(address, action, start or complete) => its place in the order of events."""
    found = {}
    for place, line in enumerate(text.splitlines()):
        event = json.loads(line)
        if event["type"] in ("apply_start", "apply_complete"):
            hook = event["hook"]
            found[of_tenant(hook["resource"]["addr"]), hook["action"], event["type"].removeprefix("apply_")] = place
    return found


def kind(address: str) -> str:
    address = of_tenant(address)
    return address.split(".")[2].split("[")[0] if address.startswith("module.") else address.split(".")[0]


def the_clock_moves_the_bounds(url: str) -> None:
    """As AWS does when a scheduled action is due."""
    scaling = boto3.Session("test", "test", region_name=REGION).client("application-autoscaling", endpoint_url=url)
    (target,) = [
        each
        for each in scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        if each["ResourceId"].startswith(f"service/{STACK}/steps_")
    ]
    named = {key: target[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
    scaling.register_scalable_target(**named, MinCapacity=0, MaxCapacity=10)


def badly_tagged(planned: list[dict[str, Any]]) -> list[str]:
    """Addresses of what can have tags and gets others than the provider's: a resource that sets its own would."""
    will_be = {each["address"]: each["change"]["after"] or {} for each in planned if each["mode"] == "managed"}
    tagged = {address: after["tags_all"] for address, after in will_be.items() if "tags_all" in after}
    assert len(tagged) > 100
    return [address for address, tags in tagged.items() if not TAGS.items() <= tags.items()]


def changed_attributes(planned: list[dict[str, Any]]) -> dict[str, str]:
    """Address => the actions, and the attributes that get another value or one that is not known yet."""
    changes = {each["address"]: each["change"] for each in planned}
    return {
        address: " ".join(["/".join(does), *sorted(changed(changes[address]))])
        for address, does in actions(planned).items()
    }


def changed(change: dict[str, Any]) -> set[str]:
    before, after, unknown = (change[when] or {} for when in ("before", "after", "after_unknown"))
    differ = {name for name in before | after if (before.get(name) or None) != (after.get(name) or None)}
    return differ | {name for name, parts in unknown.items() if "true" in json.dumps(parts)}


def without_a_way_in(services: Any) -> tuple[int, list[str]]:
    return len(services), sorted(name for name, service in services.items() if service["target_groups"] == [])


def started_by_hand(run_task: Any) -> tuple[str, list[str]]:
    """The command, and what it says of the network."""
    (override,) = run_task["overrides"]["containerOverrides"]
    return override["command"][0], sorted(run_task["networkConfiguration"]["awsvpcConfiguration"])
