"""ECS asked after an apply, again and again, until it is steady, has failed, or the time is over."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from test_deployments import FAILED, NEW, OLD, deployment, service

from wrapper import rollout
from wrapper.account import Identity
from wrapper.deployments import Wanted
from wrapper.errors import OrchestrateError, RefusedError, RolloutFailed, TimeoutExpired, UnavailableError

WEB = Wanted("web", "c", "arn:aws:ecs:r:1:service/c/acme", NEW, ("tg",))
EVENTS = [{"message": "(service acme) rolling back."}, {"message": "(service acme) tasks failed to start."}]
STOPPED = {"taskDefinitionArn": NEW, "stoppedReason": "CannotPullContainerError: not found"}


class Cloud:
    """Answers ``looks`` one after another, and the last for ever; remembers what was asked and how long was waited."""

    def __init__(self, *looks: dict[str, Any] | Exception, healthy: int = 2, stopped: tuple[Any, ...] = ()) -> None:
        self.looks = list(looks)
        self.healthy = healthy
        self.stopped = stopped
        self.asked: list[list[str]] = []
        self.said: list[str] = []
        self.now = 0.0

    def describe_services(self, cluster: str, services: list[str]) -> Any:
        self.asked.append(services)
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, Exception):
            raise look
        return {"services": [look | {"serviceName": name.rpartition("/")[2]} for name in services]}

    def describe_target_health(self, TargetGroupArn: str) -> Any:  # noqa: N803 - AWS's own name
        states = ["healthy"] * self.healthy + ["draining", "initial"]
        return {"TargetHealthDescriptions": [{"TargetHealth": {"State": s}} for s in states]}

    def list_tasks(self, **_: Any) -> Any:
        return {"taskArns": [f"arn/{n}" for n in range(len(self.stopped))]}

    def describe_tasks(self, **_: Any) -> Any:
        return {"tasks": list(self.stopped)}

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def watch(self, limit: float = 600.0) -> rollout.Watch:
        return rollout.Watch(As(self), "r", "r/s/acme", limit, self.said.append, self.pause, lambda: self.now)


class As(Identity):
    """An identity whose every client is this one."""

    def __init__(self, client: Any) -> None:
        object.__setattr__(self, "_client", client)

    def client(self, service: str, region: str) -> Any:
        return self._client  # type: ignore[attr-defined]


BEGUN = service(deployment(rolloutState="IN_PROGRESS", runningCount=0), deployment(status="ACTIVE", taskDefinition=OLD))
STEADY = service(deployment())
ROLLED_BACK = service(deployment(taskDefinition=OLD), FAILED, events=EVENTS)


def test_what_is_steady_is_not_talked_about() -> None:
    cloud = Cloud(STEADY)
    cloud.watch().check([WEB])
    assert (cloud.said, cloud.now, len(cloud.asked)) == ([], 0.0, 1)


def test_it_waits_and_says_what_changed() -> None:
    cloud = Cloud(BEGUN, BEGUN, STEADY, healthy=2)
    cloud.watch().check([WEB])
    assert cloud.said == [
        "r/s/acme: service web: 0 of 2 tasks run, 2 of 2 targets are healthy; waiting for ECS",
        "r/s/acme: ECS runs the new version of web",
    ]
    assert cloud.now == 2.5


def test_targets_that_are_not_healthy_are_waited_for() -> None:
    cloud = Cloud(STEADY, healthy=1)
    with pytest.raises(
        TimeoutExpired, match="not steady after 60 s: service web: 2 of 2 tasks run, 1 of 2 targets are healthy"
    ) as error:
        cloud.watch(60).check([WEB])
    assert "--rollout-timeout" in error.value.hint
    assert cloud.now == 60
    assert len(cloud.asked) < 12, "it asks less and less often"


def test_a_rollback_is_a_failure_with_what_ecs_said() -> None:
    cloud = Cloud(BEGUN, ROLLED_BACK, stopped=(STOPPED, STOPPED, {**STOPPED, "taskDefinitionArn": OLD}))
    with pytest.raises(RolloutFailed, match="ECS rolled back from acme-web:7 to acme-web:6: circuit breaker") as error:
        cloud.watch().check([WEB])
    assert error.value.exit_code == 1
    assert "mend the image" in error.value.hint
    assert cloud.said[1:] == [
        "r/s/acme: ECS: (service acme) tasks failed to start.",
        "r/s/acme: ECS: (service acme) rolling back.",
        "r/s/acme: 2 tasks stopped: CannotPullContainerError: not found",
    ]


def test_ten_services_are_asked_for_at_once() -> None:
    cloud = Cloud(STEADY)
    cloud.watch().check([Wanted(f"w{n}", "ab"[n % 2], f"s{n}", NEW) for n in range(23)])
    assert [len(names) for names in cloud.asked] == [10, 2, 10, 1]


def test_only_those_that_are_not_steady_are_asked_for_again() -> None:
    cloud = Cloud(STEADY, BEGUN, STEADY)
    cloud.watch().check([Wanted("a", "a", "s1", NEW), Wanted("b", "b", "s2", NEW)])
    assert cloud.asked == [["s1"], ["s2"], ["s2"]]


DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}, "DescribeServices")


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (DENIED, RefusedError, "applied, but ECS cannot be asked whether the new version runs: not authorized"),
        (EndpointConnectionError(endpoint_url="u"), UnavailableError, "applied, but ECS does not answer"),
    ],
)
def test_ecs_that_cannot_be_asked_is_no_success(raised: Exception, kind: type[OrchestrateError], words: str) -> None:
    with pytest.raises(kind, match=words):
        Cloud(raised).watch().check([WEB])


def test_who_may_not_see_the_reasons_still_sees_the_failure() -> None:
    cloud = Cloud(ROLLED_BACK, DENIED)
    with pytest.raises(RolloutFailed):
        cloud.watch().check([WEB])
    assert "ECS does not say more" in cloud.said[-1]


def test_being_stopped_ends_the_waiting() -> None:
    cloud = Cloud(BEGUN)

    def stopped(_: float) -> None:
        raise KeyboardInterrupt

    watch = rollout.Watch(As(cloud), "r", "l", 600, cloud.said.append, stopped)
    with pytest.raises(KeyboardInterrupt):
        watch.check([WEB])


@pytest.mark.parametrize("turns", [1, 40])
def test_a_look_costs_few_questions(turns: int) -> None:
    """A rollout of ten minutes is asked about fewer than sixty times."""
    cloud = Cloud(*[BEGUN] * turns, STEADY)
    cloud.watch(3600).check([WEB])
    assert len(cloud.asked) == turns + 1
    assert turns == 1 or cloud.now > 500
