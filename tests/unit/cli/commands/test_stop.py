"""No task of a tenant, at the command line. What AWS is told: tests/unit/deploy/test_stopping.py."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from live_aws import LiveAws, deployed
from live_session import LiveTenant
from project_on_disk import REGION, Disk

ROOT = Path(__file__).resolve().parents[4]
ACME = f"app-test {REGION} --tenant acme"
NONE = {"acme": 0, "acme-worker": 0}
ONE = {"acme": 1, "acme-worker": 1}


@pytest.fixture
def tenant(example: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> LiveTenant:
    monkeypatch.chdir(example.root)
    return LiveTenant(example, capfd).applied()


def object_of(tenant: LiveTenant) -> Path:
    return tenant.disk.root / f".orchestrate/states/{REGION}/app-test/tenants/acme/orchestrate-lifetime.json"


def both(tenant: LiveTenant) -> None:
    """globex runs as well."""
    of_acme = object_of(tenant).parent
    shutil.copytree(of_acme, of_acme.parent / "globex")


def valid(text: str, schema: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(text)
    Draft202012Validator(json.loads((ROOT / f"docs/schemas/{schema}-1.json").read_text())).validate(found)
    return found


def test_it_is_stopped_and_started(tenant: LiveTenant) -> None:
    world = LiveAws()
    said = tenant.run(f"stop {ACME} --reason audit --json", world)
    found = valid(said.out, "stop")
    assert (said.code, world.counts, found["waited"]) == (0, NONE, True), said.err
    assert found["layers"] == [
        {"layer": f"{REGION}/app-test/acme", "stopped": True, "services": {"acme": 1, "acme/worker": 1}}
    ]
    assert f"to start again: ./orchestrate start app-test {REGION} -var tenant=acme" in said.err
    shown = tenant.run(f"status {ACME}", world)
    assert (shown.code, f"{REGION}/app-test/acme: stopped" in shown.out, "(audit)" in shown.out) == (0, True, True), (
        shown
    )
    assert tenant.run(f"stop {ACME}", world).code == 0, "twice is harmless"
    said = tenant.run(f"start {ACME} --json", world)
    assert (said.code, world.counts, object_of(tenant).exists()) == (0, ONE, False), said.err
    assert valid(said.out, "stop")["layers"] == [
        {"layer": f"{REGION}/app-test/acme", "stopped": False, "services": {"acme": 1, "acme/worker": 1}}
    ]
    again = tenant.run(f"start {ACME}", world)
    assert (again.code, "is not stopped" in again.err) == (0, True)


def test_another_reason_replaces_the_first_and_says_so(tenant: LiveTenant) -> None:
    both(tenant)
    world = LiveAws()
    tenant.run(f"stop {ACME} --reason audit", world)
    first = json.loads(object_of(tenant).read_text())["stopped"]
    who = f"stopped at {first['at']} by {first['by']}"
    was = f"{REGION}/app-test/acme: {who} (audit); the reason "
    dry = tenant.run(f"stop {ACME} --reason sold --dry-run", world)
    assert f"{was}would be: sold" in dry.err and "(audit)" in tenant.run(f"status {ACME}", world).out, dry
    said = tenant.run(f"stop app-test {REGION} --all-tenants --reason sold", world)
    assert (said.code, f"{was}is now: sold" in said.err, said.err.count("the reason")) == (0, True, 1), said
    for line in (f"stop {ACME}", f"stop {ACME} --reason sold"):
        assert "the reason" not in tenant.run(line, world).err
    assert f"{who} (sold)" in tenant.run(f"status {ACME}", world).out


def test_status_is_not_well_until_the_last_task_ended(tenant: LiveTenant) -> None:
    world = LiveAws()
    tenant.run(f"stop {ACME}", world)
    world.counts["acme"] = 1
    said = tenant.run(f"status {ACME}", world)
    assert (said.code, "stopping: 1 tasks left" in said.out) == (1, True)
    rows = json.loads(tenant.run(f"status app-test {REGION} --json", world).out)
    assert (rows["tenants"][0]["well"], rows["tenants"][0]["stopped"]["services"]) == (
        False,
        {"acme": 1, "acme/worker": 1},
    )


def test_an_alarm_that_it_silenced_is_no_trouble(tenant: LiveTenant) -> None:
    file = tenant.disk.root / f".orchestrate/states/{REGION}/app-test/tenants/acme/terraform.tfstate"
    state = json.loads(file.read_text())
    watch = {"namespace": "AWS/ECS", "treat_missing_data": "breaching", "dimensions": {"ServiceName": "acme"}}
    state["resources"][0]["instances"][0]["attributes"] |= watch
    file.write_text(json.dumps(state))
    rings = {"AlarmName": "acme-5xx", "StateValue": "ALARM", "AlarmActions": ["arn:aws:sns:r:1:t"]}
    world = LiveAws(describe_alarms={"MetricAlarms": [rings]})
    assert tenant.run(f"stop {ACME}", world).code == 0
    assert world.of("disable_alarm_actions") == [{"AlarmNames": ["acme-5xx"]}]
    assert [tenant.run(f"status {ACME}", world).code, tenant.run(f"status app-test {REGION}", world).code] == [0, 0]


def test_all_tenants_and_those_with_a_tag(tenant: LiveTenant) -> None:
    world = LiveAws()
    tenant.disk.append("config/ap-southeast-2/app-test/tenants/acme.tfvars", 'tags = ["gold"]\n')
    assert (tenant.run(f"stop app-test {REGION} --all-tenants", world).code, world.counts) == (0, NONE)
    assert (tenant.run(f"start app-test {REGION} --tag gold", world).code, world.counts) == (0, ONE)
    said = tenant.run(f"stop app-test {REGION} --tenants none*", world)
    assert (said.code, "no tenant matches 'none*'" in said.err) == (66, True)
    said = tenant.run(f"stop {ACME} --all-tenants", world)
    assert (said.code, "a tenant, and an option for many" in said.err) == (64, True)


def test_a_layer_that_another_command_changes_is_busy(tenant: LiveTenant) -> None:
    lock = object_of(tenant).with_name(".terraform.tfstate.lock.info")
    lock.write_text(json.dumps({"ID": "1", "Who": "ci", "Operation": "OperationTypeApply", "Created": "now"}))
    world = LiveAws()
    said = tenant.run(f"stop {ACME}", world)
    assert (said.code, "is being changed by ci" in said.err, world.of("update_service")) == (75, True, [])


def test_a_dry_run_prints_the_calls(tenant: LiveTenant) -> None:
    world = LiveAws()
    said = tenant.run(f"stop {ACME} --dry-run", world)
    assert (said.code, world.of("update_service"), object_of(tenant).exists()) == (0, [], False)
    names = [line.split()[0] for line in said.out.splitlines() if line[:1].isalpha()]
    assert names == ["application-autoscaling:RegisterScalableTarget"] * 2 + ["ecs:UpdateService"] * 2


def test_a_protected_stack_wants_it_confirmed(tenant: LiveTenant) -> None:
    tenant.applied("app-live")
    line = f"stop app-live {REGION} --tenant acme"
    assert [tenant.run(line).code, tenant.run(f"{line} --confirm {REGION}/app-live/acme").code] == [77, 0]


def test_a_damaged_object_is_one_message(tenant: LiveTenant) -> None:
    object_of(tenant).write_text("{")
    for line in (f"stop {ACME}", f"start {ACME}", f"status {ACME}"):
        said = tenant.run(line)
        assert (said.code, "the object is damaged" in said.err) == (65, True), said


def test_one_that_was_never_applied(tenant: LiveTenant) -> None:
    said = tenant.run(f"stop app-test {REGION} --tenant globex")
    assert (said.code, "was never applied" in said.err) == (66, True)


def test_it_does_not_end_in_time(tenant: LiveTenant) -> None:
    deployed(tenant.disk.root / ".orchestrate/states")
    stuck = {"services": [{"serviceName": n, "status": "ACTIVE", "runningCount": 1} for n in ("acme", "acme-worker")]}
    said = tenant.run(f"stop {ACME} --rollout-timeout 5s", LiveAws(describe_services=stuck))
    assert (said.code, "tasks still run after 5 s" in said.err) == (124, True)


def test_a_dry_run_as_data(tenant: LiveTenant) -> None:
    for command in ("stop", "start"):
        said = tenant.run(f"{command} {ACME} --dry-run --json")
        assert said.code == 0 and valid(said.out, "calls") is not None, said
        tenant.run(f"stop {ACME}")


def test_a_dry_run_of_several_tenants_is_one_document(tenant: LiveTenant) -> None:
    both(tenant)
    tenant.run(f"stop {ACME}")
    for command, layers in (("stop", ["acme"] * 4 + ["globex"] * 4), ("start", ["acme"] * 4)):
        said = tenant.run(f"{command} app-test {REGION} --all-tenants --dry-run --json")
        calls: Any = valid(said.out, "calls")["calls"]
        assert [one["layer"].rpartition("/")[2] for one in calls] == layers, said


def test_a_dry_run_that_asks_for_nothing_is_one_too(tenant: LiveTenant) -> None:
    both(tenant)
    assert valid(tenant.run(f"start {ACME} --dry-run --json").out, "calls")["calls"] == []
    object_of(tenant).write_text("{")
    said = tenant.run(f"stop app-test {REGION} --all-tenants --dry-run --json")
    calls: Any = valid(said.out, "calls")["calls"]
    assert (said.code, {one["layer"].rpartition("/")[2] for one in calls}) == (65, {"globex"}), said
