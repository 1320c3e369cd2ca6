"""An apply of a tenant that is stopped, and what it costs one that is not."""

from __future__ import annotations

import json

import pytest
from cloud import OUTPUTS, Cloud
from live_aws import LiveAws, services
from project_on_disk import REGION, Disk

from wrapper.deploy.smoke_test import Smoke
from wrapper.model.errors import ConfigError
from wrapper.state import layer_state

OBJECT = f"app-test/tenants/acme/{layer_state.LIFETIME}"


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    found = Cloud(example, "app-test", REGION)
    found.outputs["tenant"] = {**OUTPUTS["tenant"], "services": services()}
    found.perform("apply")
    return found


def stopped(cloud: Cloud, text: str = "", **changes: object) -> None:
    file = cloud.states / REGION / OBJECT
    file.parent.mkdir(parents=True, exist_ok=True)
    data = {"at": "2026-01-02T03:04:05Z", "by": "me", "services": {"acme": {"count": 2}}, **changes}
    file.write_text(text or json.dumps({"version": 1, "stopped": data}))


def test_it_deploys_without_a_task_and_says_so(cloud: Cloud) -> None:
    """Also of a service that is new, whose tasks are remembered; and what cannot answer is not asked."""
    world = LiveAws()
    stopped(cloud)
    cloud.perform("apply", "acme", identity=world, smoke=Smoke(("http://127.0.0.1:9/",)))
    said = "\n".join(cloud.console.said)
    assert "stopped at 2026-01-02T03:04:05Z by me: deployed without a task; to start it" in said
    assert f"./orchestrate start app-test {REGION} -var tenant=acme" in said
    assert "no smoke test: it is stopped" in said
    assert world.counts == {"acme": 0, "acme-worker": 0}
    assert [one["SuspendedState"]["ScheduledScalingSuspended"] for one in world.of("register_scalable_target")] == [
        True
    ] * 2
    kept = json.loads((cloud.states / REGION / OBJECT).read_text())["stopped"]["services"]
    assert {name: one["count"] for name, one in kept.items()} == {"acme": 2, "acme/worker": 1}


def test_where_one_service_is_stopped_the_others_run(cloud: Cloud) -> None:
    world = LiveAws()
    stopped(cloud, whole=False)
    cloud.perform("apply", "acme", identity=world)
    assert world.counts == {"acme": 0}


def test_an_end_alone_stops_nothing(cloud: Cloud) -> None:
    world = LiveAws()
    stopped(cloud, '{"version": 1, "expires": {"at": 5, "by": "me"}}')
    cloud.perform("apply", "acme", identity=world)
    assert world.of("update_service") == []


def test_a_damaged_object_changes_nothing(cloud: Cloud) -> None:
    stopped(cloud, "{")
    before = len(cloud.engine.steps)
    with pytest.raises(ConfigError, match="the object is damaged"):
        cloud.perform("apply", "acme", identity=LiveAws())
    assert len(cloud.engine.steps) == before


def test_a_destroy_takes_the_object_along(cloud: Cloud) -> None:
    cloud.perform("apply", "acme", identity=LiveAws())
    stopped(cloud)
    cloud.perform("destroy", "acme", "-auto-approve", identity=LiveAws())
    assert OBJECT not in cloud.keys
