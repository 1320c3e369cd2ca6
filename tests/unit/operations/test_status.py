"""The status of a layer, and of all tenants of a stack."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from cloud import Cloud, applied
from live_aws import ALARM, RESOURCES, LiveAws, deployed, refused, services
from project_on_disk import Disk, filled
from s3_in_memory import S3InMemory

from wrapper.aws.calls import AwsCalls, CallRates
from wrapper.model.errors import NotFoundError
from wrapper.model.stack import Layer, state_key
from wrapper.operations import status
from wrapper.operations.status import StatusClock
from wrapper.reaper import time_zones
from wrapper.state.store import LocalStore

RINGS = {"MetricAlarms": [{"AlarmName": ALARM, "StateValue": "ALARM", "AlarmActions": ["arn:aws:sns:r:1:oncall"]}]}
CLOCK = StatusClock(datetime(2026, 11, 29, 16, 30, tzinfo=UTC), time_zones.zone)


@pytest.fixture
def cloud(example: Disk) -> Cloud:
    made = Cloud(filled(example, applied, "", "acme", "globex"))
    deployed(made.states)
    return made


def calls(world: LiveAws) -> AwsCalls:
    return AwsCalls(lambda: world, "ap-southeast-2", "r/s", lambda _: None)


def tenant(cloud: Cloud) -> status.LiveLayer:
    return status.load(LocalStore(cloud.states), Layer(cloud.deployer().stack, "acme"))


def test_a_layer(cloud: Cloud) -> None:
    live = tenant(cloud)
    found = status.of_layer(live, live.services, {"b": "2", "a": "1"}, calls(LiveAws()), CLOCK)
    assert (found["well"], found["tenant"], list(found["builds"])) == (True, "acme", ["a", "b"])
    assert [one["name"] for one in found["services"]] == ["acme", "acme/worker"]
    assert found["services"][0]["scaling"] == {"min": 1, "max": 4, "activities": []}
    assert [(s["name"], s["next"]) for s in found["schedules"]] == [("report", "2026-11-30T03:00:00Z")]
    assert (found["alarms"], found["unknown"]) == ([], [])


def test_a_ringing_alarm_is_trouble(cloud: Cloud) -> None:
    live = tenant(cloud)
    found = status.of_layer(live, live.services, {}, calls(LiveAws(describe_alarms=RINGS)), CLOCK)
    assert (found["well"], [a["name"] for a in found["alarms"]]) == (False, [ALARM])


def test_a_layer_that_was_never_applied(cloud: Cloud) -> None:
    with pytest.raises(NotFoundError, match="never applied") as error:
        status.load(LocalStore(cloud.states), Layer(cloud.deployer().stack, "initech"))
    assert error.value.hint.startswith(
        "apply it first: ./orchestrate apply app-test ap-southeast-2 -var tenant=initech"
    )


def test_all_tenants_in_a_line_each(cloud: Cloud) -> None:
    world = LiveAws()
    found = status.of_tenants(
        cloud.deployer().stack, status.load_tenants(LocalStore(cloud.states), cloud.deployer().stack), calls(world)
    )
    acme, globex = found["tenants"]
    assert (acme["tenant"], acme["well"], acme["running"], acme["verdict"]) == ("acme", True, 2, "2 services run")
    assert (globex["well"], 'no output "services"' in globex["verdict"]) == (False, True)
    assert [operation for operation, _ in world.asked] == ["describe_services", "describe_alarms"]
    assert not found["well"]


def test_a_tenant_is_not_well_by_its_own_alarm(cloud: Cloud) -> None:
    tenants = status.load_tenants(LocalStore(cloud.states), cloud.deployer().stack)
    found = status.of_tenants(cloud.deployer().stack, tenants[:1], calls(LiveAws(describe_alarms=RINGS)))
    assert [(row["well"], row["alarms"], row["verdict"]) for row in found["tenants"]] == [
        (False, [ALARM], f"{ALARM} is in ALARM")
    ]


def test_alarms_that_may_not_be_asked_for_are_no_trouble(cloud: Cloud) -> None:
    tenants = status.load_tenants(LocalStore(cloud.states), cloud.deployer().stack)
    found = status.of_tenants(
        cloud.deployer().stack, tenants[:1], calls(LiveAws(describe_alarms=refused("AccessDenied")))
    )
    assert found["well"] and "cloudwatch:DescribeAlarms" in found["unknown"][0]


def test_a_stack_of_which_no_tenant_was_applied(example: Disk) -> None:
    made = Cloud(example)
    made.perform("apply")
    with pytest.raises(NotFoundError, match="no tenant of ap-southeast-2/app-test was applied"):
        status.load_tenants(LocalStore(made.states), made.deployer().stack)


def test_a_thousand_tenants_in_few_calls(example: Disk) -> None:
    """Of two services each: a state for each tenant, ten services in a request, and all alarms in one; below AWS's rates."""
    bucket, world, waits = S3InMemory(), LiveAws(), []
    stack = Cloud(example).deployer().stack
    for n in range(1000):
        named = {f"t{n}/{one}": {**told, "service": f"t{n}-{one}"} for one, told in services().items()}
        state = {"version": 4, "serial": 1, "lineage": "l", "outputs": {"services": {"value": named}}}
        key = state_key(Layer(stack, f"t{n}"))
        bucket.objects[key] = json.dumps({**state, "resources": RESOURCES}).encode()
    rates = CallRates(lambda: 0.0)
    calls = AwsCalls(lambda: world, "ap-southeast-2", "r/s", waits.append, rates)
    bucket.asked()
    found = status.of_tenants(stack, status.load_tenants(bucket.store(), stack), calls)
    assert (len(found["tenants"]), bucket.asked()) == (1000, {"GET": 1000, "LIST": 1})
    asked = Counter(operation for operation, _ in world.asked)
    assert asked == {"describe_services": 200, "describe_alarms": 1}
    assert max(waits) == pytest.approx((200 - 50) / 20), "the first fifty at once, then twenty a second"


def test_a_stack_that_was_never_applied(example: Disk) -> None:
    made = Cloud(example)
    with pytest.raises(NotFoundError, match="never applied"):
        status.load_tenants(LocalStore(made.states), made.deployer().stack)
