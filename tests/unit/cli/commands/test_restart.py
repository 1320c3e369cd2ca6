"""A new deployment of the same, at the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from live_aws import CLUSTER, LiveAws, refused
from live_session import LiveTenant
from project_on_disk import REGION, Disk

ACME = "restart app-test --tenant acme --service worker"
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def tenant(example: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> LiveTenant:
    monkeypatch.chdir(example.root)
    return LiveTenant(example, capfd).applied()


def test_a_service_is_deployed_again_and_waited_for(tenant: LiveTenant) -> None:
    world = LiveAws()
    said = tenant.run(f"{ACME} --json", world)
    found = json.loads(said.out)
    Draft202012Validator(json.loads((ROOT / "docs/schemas/restart-1.json").read_text())).validate(found)
    assert (said.code, found["service"], found["waited"]) == (0, "acme/worker", True), said.err
    assert world.of("update_service") == [{"cluster": CLUSTER, "service": "acme-worker", "forceNewDeployment": True}]
    assert len(world.of("describe_services")) == 1


def test_it_need_not_be_waited_for(tenant: LiveTenant) -> None:
    world = LiveAws()
    said = tenant.run(f"{ACME} --rollout-timeout 0", world)
    assert (said.code, "it is not waited for" in said.err) == (0, True)
    assert [operation for operation, _ in world.asked] == ["update_service"]


def test_where_ecs_may_not_be_asked_it_has_begun(tenant: LiveTenant) -> None:
    said = tenant.run(ACME, LiveAws(describe_services=refused("AccessDeniedException")))
    assert (said.code, "the restart has begun, but ECS cannot be asked" in said.err) == (77, True), said.err
    said = tenant.run(ACME, LiveAws(update_service=refused("ServiceNotActiveException", "Service was not ACTIVE.")))
    assert (said.code, "to do: an apply makes it again" in said.err) == (66, True), said.err


def test_a_dry_run_prints_the_call(tenant: LiveTenant) -> None:
    world = LiveAws()
    said = tenant.run(f"{ACME} --dry-run", world)
    assert (said.code, world.asked) == (0, [])
    assert json.loads(said.out.removeprefix("ecs:UpdateService "))["service"] == "acme-worker"


def test_several_services_and_no_name(tenant: LiveTenant) -> None:
    said = tenant.run("restart app-test --tenant acme")
    assert (said.code, "has 2 services: acme, acme/worker" in said.err) == (64, True)


def test_a_protected_stack_wants_it_confirmed(tenant: LiveTenant) -> None:
    tenant.applied("app-live")
    line = f"restart app-live {REGION} --tenant acme --service acme"
    assert [tenant.run(line).code, tenant.run(f"{line} --confirm {REGION}/app-live/acme").code] == [77, 0]


def test_a_dry_run_as_data(tenant: LiveTenant) -> None:
    said = tenant.run(f"{ACME} --dry-run --json")
    found = json.loads(said.out)
    Draft202012Validator(json.loads((ROOT / "docs/schemas/calls-1.json").read_text())).validate(found)
    assert (said.code, [one["layer"] for one in found["calls"]]) == (0, [f"{REGION}/app-test/acme"])
    assert "secret" not in said.out
