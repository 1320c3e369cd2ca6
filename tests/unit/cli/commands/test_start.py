"""As many tasks as before the stop, at the command line. The rest stands in test_stop.py."""

from __future__ import annotations

import json

import pytest
from live_aws import LiveAws
from live_session import LiveTenant
from project_on_disk import REGION, Disk

ACME = f"app-test {REGION} --tenant acme"


@pytest.fixture
def tenant(example: Disk, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> LiveTenant:
    monkeypatch.chdir(example.root)
    return LiveTenant(example, capfd).applied()


def test_a_dry_run_prints_the_calls(tenant: LiveTenant) -> None:
    world = LiveAws()
    tenant.run(f"stop {ACME}", world)
    said = tenant.run(f"start {ACME} --dry-run", world)
    assert (said.code, world.counts) == (0, {"acme": 0, "acme-worker": 0})
    calls = said.out.split("ecs:UpdateService ")
    assert json.loads(calls[1].partition("application")[0])["desiredCount"] == 1


def test_one_service(tenant: LiveTenant) -> None:
    world = LiveAws()
    tenant.run(f"stop {ACME}", world)
    said = tenant.run(f"start {ACME} --service worker", world)
    assert (said.code, world.counts) == (0, {"acme": 0, "acme-worker": 1}), said.err
    shown = tenant.run(f"status {ACME}", world)
    assert (shown.code, "service acme/worker (c/acme-worker): well: 1 of 1" in shown.out) == (0, True), shown


def test_one_that_does_not_come_up_is_started_all_the_same(tenant: LiveTenant) -> None:
    """It is not stopped any more, so the apply that mends it has tasks."""
    world = LiveAws()
    tenant.run(f"stop {ACME} --service worker", world)
    broken = {"status": "PRIMARY", "rolloutState": "FAILED", "taskDefinition": "acme-worker:3"}
    one = {"serviceName": "acme-worker", "status": "ACTIVE", "taskDefinition": "acme-worker:3", "deployments": [broken]}
    world.answers["describe_services"] = {"services": [one]}
    said = tenant.run(f"start {ACME} --service worker", world)
    assert (said.code, "the new version failed" in said.err, world.counts["acme-worker"]) == (1, True, 1), said
    assert "is not stopped" in tenant.run(f"start {ACME} --service worker", world).err
