"""A night that stops services, and destroys nothing."""

from __future__ import annotations

import json

import pytest
from cloud import OUTPUTS, Cloud
from cloud_fleet import Onlooker
from live_aws import LiveAws, refused, services
from project_on_disk import APP, REGION, Disk

from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.report import LayerResult
from wrapper.reaper import night_stop
from wrapper.reaper.reaper import Reaper

LIFE = "app-test/tenants/acme/orchestrate-lifetime.json"


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    example.append(f"{APP}/stack.hcl", 'night = "stop"\n')
    found = Cloud(example, "app-test", REGION)
    found.perform("apply")
    found.outputs["tenant"] = {**OUTPUTS["tenant"], "services": services()}
    found.perform("apply", "acme", identity=LiveAws())
    return found


def stop(cloud: Cloud, world: LiveAws) -> dict[str, LayerResult]:
    fleet = Fleet(cloud.deployer(identity=world), Onlooker(), FleetPolicy(jobs=1))
    return {one.tenant: one for one in night_stop.stop(Reaper(fleet, 0.0))}


def test_services_are_stopped_and_nothing_is_destroyed(cloud: Cloud) -> None:
    world, before = LiveAws(), len(cloud.engine.steps)
    found = stop(cloud, world)
    assert {name: (one.result, one.exit_code) for name, one in found.items()} == {
        "acme": ("succeeded", 0),
        "": ("unchanged", 0),
    }
    assert found["acme"].reason.endswith("(at night)") and found[""].reason == "it has no service to stop"
    assert (world.counts, len(cloud.engine.steps)) == ({"acme": 0, "acme-worker": 0}, before)
    kept = json.loads((cloud.states / REGION / LIFE).read_text())["stopped"]["services"]
    assert {name: one["count"] for name, one in kept.items()} == {"acme": 1, "acme/worker": 1}
    found["acme"] = stop(cloud, world)["acme"]
    assert (found["acme"].result, found["acme"].exit_code) == ("unchanged", 0), "the next night"


def test_one_that_a_person_stopped_keeps_its_reason(cloud: Cloud) -> None:
    stop(cloud, LiveAws())
    file = cloud.states / REGION / LIFE
    file.write_text(file.read_text().replace("at night", "until the audit"))
    found = stop(cloud, LiveAws())["acme"]
    assert (found.result, found.reason.endswith("(until the audit)")) == ("unchanged", True), found


def test_one_that_cannot_be_stopped_is_a_failure(cloud: Cloud) -> None:
    found = stop(cloud, LiveAws(update_service=refused("AccessDeniedException")))
    assert (found["acme"].result, found["acme"].exit_code, found[""].exit_code) == ("failed", 77, 0)


def test_one_that_another_run_holds_is_busy(cloud: Cloud) -> None:
    lock = cloud.states / REGION / "app-test/tenants/acme/.terraform.tfstate.lock.info"
    lock.write_text('{"ID": "1", "Who": "ci"}')
    world = LiveAws()
    assert (stop(cloud, world)["acme"].exit_code, world.counts) == (75, {})
