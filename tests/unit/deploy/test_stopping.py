"""To no task, and back to as many as there were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from live_aws import CLUSTER, LiveAws, refused, services
from project_on_disk import REGION, Disk
from stubbed_aws import StubbedAws

from wrapper.aws import ecs_service_status
from wrapper.aws.calls import AwsCalls, CallRefused
from wrapper.deploy import stopping
from wrapper.deploy.stopping import SUSPENDED, Stopping
from wrapper.model.errors import NotFoundError, TimeoutExpired
from wrapper.model.stack import Layer
from wrapper.project.project import Project
from wrapper.state import lifetime
from wrapper.state.lifetime import StoppedLayer, StoppedService
from wrapper.state.store import LocalStore

WEB, WORKER = ecs_service_status.services({"services": services()})
SCALING = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/c/acme",
    "ScalableDimension": "ecs:service:DesiredCount",
}
ALL = dict.fromkeys(SUSPENDED, True)


def alarm(name: str, **changes: Any) -> dict[str, Any]:
    usual = {"namespace": "AWS/ECS", "treat_missing_data": "breaching", "dimensions": {"ServiceName": "acme"}}
    return {"attributes": {"alarm_name": name, **usual, **changes}}


STATE = {
    "resources": [
        {
            "type": "aws_cloudwatch_metric_alarm",
            "instances": [
                alarm("no-task"),
                alarm("cpu", treat_missing_data="notBreaching"),
                alarm("of-a-queue", namespace="AWS/SQS"),
                alarm("of-another", dimensions={"ServiceName": "other"}),
                {"attributes": None},
            ],
        },
        {"type": "aws_ecs_service", "instances": [alarm("no alarm")]},
    ]
}


@pytest.fixture
def layer(example: Disk) -> Layer:
    return Layer(Project(example.root, example.root / ".orchestrate", lambda _: None).stack("app-test", REGION), "acme")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "states")


@pytest.fixture
def aws() -> Iterator[StubbedAws]:
    found = StubbedAws()
    yield found
    found.close()


def of(world: Any, layer: Layer, store: LocalStore) -> Stopping:
    calls = AwsCalls(lambda: world, REGION, layer.label, lambda _: None)
    return Stopping(calls, store, layer, "me", "2026-01-02T03:04:05Z")


def described(count: int, **changes: Any) -> dict[str, Any]:
    return {"serviceName": "acme", "status": "ACTIVE", "desiredCount": count, "runningCount": count, **changes}


def target(low: int, high: int, **suspended: bool) -> dict[str, Any]:
    state = {"SuspendedState": suspended} if suspended else {}
    known = {"RoleARN": "arn:aws:iam::1:role/r", "CreationTime": 1.7e9}
    return {**SCALING, "MinCapacity": low, "MaxCapacity": high, **known, **state}


def looked(aws: StubbedAws, count: int, *targets: dict[str, Any], token: str = "") -> None:
    aws.answers("ecs", "describe_services", {"services": [described(count)]}, cluster=CLUSTER, services=["acme"])
    asked = {
        "ServiceNamespace": "ecs",
        "ScalableDimension": SCALING["ScalableDimension"],
        "ResourceIds": ["service/c/acme"],
    }
    if token:  # page by page, and throttled on the way
        aws.answers(
            "application-autoscaling", "describe_scalable_targets", {"ScalableTargets": [], "NextToken": token}, **asked
        )
        aws.refuses("application-autoscaling", "describe_scalable_targets", "ThrottlingException")
        asked["NextToken"] = token  # type: ignore[assignment]
    aws.answers("application-autoscaling", "describe_scalable_targets", {"ScalableTargets": list(targets)}, **asked)


def test_what_aws_is_told_is_as_aws_has_it(aws: StubbedAws, layer: Layer, store: LocalStore) -> None:
    """The alarm is silent and scaling is suspended before the count is none."""
    looked(aws, 3, target(2, 5, DynamicScalingInSuspended=True), token="more")
    aws.answers("cloudwatch", "disable_alarm_actions", {}, AlarmNames=["no-task"])
    aws.answers("application-autoscaling", "register_scalable_target", {}, **SCALING, SuspendedState=ALL)
    aws.answers("ecs", "update_service", {"service": {}}, cluster=CLUSTER, service="acme", desiredCount=0)
    of(aws, layer, store).stop([WEB], STATE, "audit")
    aws.check_all_was_asked()
    before = dict.fromkeys(SUSPENDED, False) | {"DynamicScalingInSuspended": True}
    kept = {"acme": StoppedService(3, before)}
    assert lifetime.load(store, layer).stopped == StoppedLayer(
        "2026-01-02T03:04:05Z", "me", "audit", services=kept, alarms=("no-task",)
    )

    looked(aws, 0, target(2, 5, **ALL))
    aws.answers("ecs", "update_service", {"service": {}}, cluster=CLUSTER, service="acme", desiredCount=3)
    aws.answers("application-autoscaling", "register_scalable_target", {}, **SCALING, SuspendedState=before)
    aws.answers("cloudwatch", "enable_alarm_actions", {}, AlarmNames=["no-task"])
    stopped = lifetime.load(store, layer).stopped
    assert stopped
    of(aws, layer, store).start([WEB], STATE, stopped)
    aws.check_all_was_asked()
    assert lifetime.load(store, layer) == lifetime.NOTHING


def test_one_that_was_cut_off_is_ended_by_the_next(layer: Layer, store: LocalStore) -> None:
    """What was is written before AWS is told, and the next look, which finds fewer, does not replace it."""
    world = LiveAws(register_scalable_target=refused("AccessDeniedException"))
    with pytest.raises(CallRefused, match="application-autoscaling:RegisterScalableTarget"):
        of(world, layer, store).stop([WEB, WORKER], STATE)
    world.counts.update({"acme": 0})
    world.answers.clear()
    of(world, layer, store).stop([WEB, WORKER], STATE)
    stopped = of(world, layer, store).stop([WEB, WORKER], STATE)
    assert {name: one.count for name, one in stopped.services.items()} == {"acme": 1, "acme/worker": 1}
    assert world.counts == {"acme": 0, "acme-worker": 0}
    of(world, layer, store).start([WEB, WORKER], STATE, stopped)
    assert (world.counts, lifetime.load(store, layer)) == ({"acme": 1, "acme-worker": 1}, lifetime.NOTHING)


def test_a_reason_that_is_given_later_holds_and_the_rest_stays(layer: Layer, store: LocalStore) -> None:
    first = of(LiveAws(), layer, store).stop([WEB], STATE, "audit")
    later = replace(of(LiveAws(), layer, store), by="you", at="2026-02-03T04:05:06Z")
    assert later.stop([WEB], STATE, "sold") == replace(first, reason="sold")
    assert later.stop([WEB], STATE) == lifetime.load(store, layer).stopped == replace(first, reason="sold")


def test_a_start_that_was_cut_off_is_ended_by_the_next(layer: Layer, store: LocalStore) -> None:
    world = LiveAws()
    stopped = of(world, layer, store).stop([WEB], STATE)
    world.answers["enable_alarm_actions"] = refused("AccessDenied")
    with pytest.raises(CallRefused):
        of(world, layer, store).start([WEB], STATE, stopped)
    assert lifetime.load(store, layer).stopped == stopped
    world.answers.clear()
    of(world, layer, store).start([WEB], STATE, stopped)
    assert lifetime.load(store, layer) == lifetime.NOTHING


def test_one_service_of_two(layer: Layer, store: LocalStore) -> None:
    world = LiveAws()
    of(world, layer, store).stop([WEB], STATE, whole=False)
    stopped = of(world, layer, store).stop([WORKER], STATE, whole=False)
    assert (world.counts, stopped.whole) == ({"acme": 0, "acme-worker": 0}, False)
    of(world, layer, store).start([WEB], STATE, stopped, whole=False)
    left = lifetime.load(store, layer).stopped
    assert left and (list(left.services), left.alarms) == (["acme/worker"], ())
    assert world.of("enable_alarm_actions") == [{"AlarmNames": ["no-task"]}]


@pytest.mark.parametrize(("was", "low", "high", "now"), [(1, 2, 4, 2), (9, 2, 4, 4), (3, 2, 4, 3), (0, 0, 4, 0)])
def test_the_count_keeps_within_the_bounds_of_today(
    layer: Layer, store: LocalStore, was: int, low: int, high: int, now: int
) -> None:
    world = LiveAws(describe_scalable_targets={"ScalableTargets": [target(low, high)]})
    of(world, layer, store).start([WEB], STATE, StoppedLayer("", "me", services={"acme": StoppedService(was)}))
    assert world.counts == {"acme": now}


def test_a_daemon_is_left_alone(layer: Layer, store: LocalStore) -> None:
    daemon = described(1, schedulingStrategy="DAEMON")
    world = LiveAws(describe_services={"services": [daemon]})
    assert of(world, layer, store).stop([WEB], STATE).services == {}
    assert (world.of("update_service"), world.of("disable_alarm_actions")) == ([], [])


def test_a_service_that_is_gone(layer: Layer, store: LocalStore) -> None:
    world = LiveAws(describe_services={"services": [described(1, status="INACTIVE")]})
    with pytest.raises(NotFoundError, match="ECS has no service acme"):
        of(world, layer, store).stop([WEB], STATE)
    assert lifetime.load(store, layer) == lifetime.NOTHING


def test_after_an_apply_what_is_new_has_no_task_either(layer: Layer, store: LocalStore) -> None:
    world = LiveAws()
    of(world, layer, store).stop([WEB], STATE)
    of(world, layer, store).stay([WEB, WORKER], STATE)
    stopped = lifetime.load(store, layer).stopped
    assert stopped and {name: one.count for name, one in stopped.services.items()} == {"acme": 1, "acme/worker": 1}
    assert world.counts == {"acme": 0, "acme-worker": 0}


def test_a_start_during_an_apply_counts(layer: Layer, store: LocalStore) -> None:
    world = LiveAws()
    of(world, layer, store).stay([WEB], STATE)
    assert (world.asked, lifetime.load(store, layer)) == ([], lifetime.NOTHING)


def test_it_is_waited_for(layer: Layer, store: LocalStore) -> None:
    left = [{"services": [described(n)]} for n in (2, 1, 0)]
    said: list[str] = []
    of(LiveAws(describe_services=left), layer, store).wait([WEB], 60, said.append)
    assert said == [f"{layer.label}: {n} tasks still run; waiting for ECS" for n in (2, 1)]
    with pytest.raises(TimeoutExpired, match="1 tasks still run after 4 s"):
        of(LiveAws(), layer, store).wait([WEB], 4, said.append)


def test_many_alarms_are_parts() -> None:
    names = [f"a{n:03}" for n in range(150)]
    parts = [request[2]["AlarmNames"] for request in stopping.stop_requests([], names)]
    assert ([len(part) for part in parts], [name for part in parts for name in part]) == ([100, 50], names)
