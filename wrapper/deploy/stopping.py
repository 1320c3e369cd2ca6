"""Takes the services of a layer to no task, and back to as many as there were. What was is written beside the state before AWS is
told, so a command that is killed on the way loses nothing: the next one ends it, or `start` takes it back.

Scaling is suspended, and its bounds stay: a schedule or an alarm starts no task then, and a plan finds no difference.
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-suspend-resume-scaling.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..aws.calls import AwsCalls
from ..aws.ecs_service_status import ExpectedService
from ..aws.service_batches import batches
from ..model.errors import NotFoundError, TimeoutExpired
from ..model.stack import Layer
from ..state import lifetime
from ..state.lifetime import Lifetime, StoppedLayer, StoppedService
from ..state.store import Store
from ..terraform.suggested import suggest

SUSPENDED = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")
_NAMES = 100  # alarms of one request
_TARGETS = 50  # of one DescribeScalableTargets
_GLANCE = 2.0  # seconds
AwsRequest = tuple[str, str, dict[str, Any]]  # service and operation as botocore names them, and the input


@dataclass(frozen=True)
class ScaledService:
    """A service as ECS has it (``there``), and its scalable ``target``, None where nothing scales it."""

    expected: ExpectedService
    there: Mapping[str, Any]
    target: Mapping[str, Any] | None = None
    now: int = 0  # the count that it is given

    @property
    def name(self) -> str:
        return self.expected.name

    @property
    def is_daemon(self) -> bool:
        return self.there.get("schedulingStrategy") == "DAEMON"

    @property
    def tasks(self) -> int:
        """That run, or are on their way."""
        return int(self.there.get("runningCount", 0)) + int(self.there.get("pendingCount", 0))

    @property
    def as_it_is(self) -> StoppedService:
        suspended = (self.target or {}).get("SuspendedState") or {}
        return StoppedService(
            int(self.there.get("desiredCount", 0)), {n: bool(suspended.get(n)) for n in SUSPENDED if self.target}
        )


def present(layer: Layer, one: ExpectedService, found: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A service of a layer as ECS has it. NotFoundError where it is gone."""
    if found is None or found.get("status") == "INACTIVE":
        raise NotFoundError(
            f"{layer.label}: ECS has no service {one.service_name} in {one.cluster}",
            hint=f"an apply makes it again: {suggest('apply', layer)}",
        )
    return found


def resource_of(one: ExpectedService) -> str:
    """As Application Auto Scaling names it."""
    return f"service/{one.cluster.rpartition('/')[2]}/{one.service_name}"


def watching_alarms(state: Mapping[str, Any] | None, services: Sequence[ExpectedService]) -> list[str]:
    """The alarms of a state that ring when one of these services has no task: of a metric of ECS, of which no sample is as bad
    as a bad one."""
    names = {one.service_name for one in services}
    resources = [r for r in (state or {}).get("resources") or () if r.get("type") == "aws_cloudwatch_metric_alarm"]
    found = [i.get("attributes") or {} for r in resources for i in r.get("instances") or ()]
    return sorted(str(a["alarm_name"]) for a in found if a.get("alarm_name") and _misses_tasks(a, names))


def _misses_tasks(alarm: Mapping[str, Any], names: set[str]) -> bool:
    of_service = (alarm.get("dimensions") or {}).get("ServiceName") in names
    return of_service and alarm.get("namespace") == "AWS/ECS" and alarm.get("treat_missing_data") == "breaching"


# -- what AWS is told ---------------------------------------------------------------------------


def stop_requests(services: Sequence[ScaledService], alarms: Sequence[str]) -> list[AwsRequest]:
    """The alarms first, and the scaling before the count: neither then does anything about it."""
    silenced = [("cloudwatch", "disable_alarm_actions", {"AlarmNames": part}) for part in _parts(alarms)]
    suspended = [_scaling(one, dict.fromkeys(SUSPENDED, True)) for one in services if one.target]
    return [*silenced, *suspended, *(_count(one, 0) for one in services)]


def start_requests(
    services: Sequence[ScaledService], before: Mapping[str, StoppedService], alarms: Sequence[str]
) -> list[AwsRequest]:
    """The same back."""
    found: list[AwsRequest] = []
    for one in services:
        found.append(_count(one, one.now))
        if one.target:
            found.append(_scaling(one, {n: before[one.name].suspended.get(n, False) for n in SUSPENDED}))
    return [*found, *(("cloudwatch", "enable_alarm_actions", {"AlarmNames": part}) for part in _parts(alarms))]


def _count(one: ScaledService, count: int) -> AwsRequest:
    expected = one.expected
    return (
        "ecs",
        "update_service",
        {"cluster": expected.cluster, "service": expected.service_name, "desiredCount": count},
    )


def _scaling(one: ScaledService, suspended: Mapping[str, bool]) -> AwsRequest:
    named = {"ServiceNamespace": "ecs", "ResourceId": resource_of(one.expected)}
    scaling = {**named, "ScalableDimension": "ecs:service:DesiredCount", "SuspendedState": dict(suspended)}
    return "application-autoscaling", "register_scalable_target", scaling


def _as_it_was(one: ScaledService, stopped: StoppedLayer) -> ScaledService:
    """The count that was is kept within the bounds of today."""
    return replace(one, now=_within(stopped.services[one.name].count, one.target))


def _within(count: int, target: Mapping[str, Any] | None) -> int:
    return max(int(target["MinCapacity"]), min(count, int(target["MaxCapacity"]))) if target else count


def _parts(names: Sequence[str], size: int = _NAMES) -> Iterator[list[str]]:
    yield from (list(names[n : n + size]) for n in range(0, len(names), size))


# -- one layer ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stopping:
    """Of one layer. ``by``: the author; ``at``: now, as records have it."""

    calls: AwsCalls
    store: Store
    layer: Layer
    by: str
    at: str
    asked: list[AwsRequest] = field(default_factory=list)  # of a dry run, which tells AWS nothing
    dry: bool = False

    def look(self, services: Sequence[ExpectedService]) -> list[ScaledService]:
        """NotFoundError where ECS does not have one."""
        there: dict[str, Mapping[str, Any]] = {}
        for batch in batches(services, lambda one: one.cluster):
            answer = self.calls.ask(
                "ecs", "describe_services", cluster=batch[0].cluster, services=[one.service for one in batch]
            )
            there |= {f"{batch[0].cluster} {s['serviceName']}": s for s in answer.get("services", ())}
        targets = self._targets(services)
        return [
            ScaledService(
                one,
                present(self.layer, one, there.get(f"{one.cluster} {one.service_name}")),
                targets.get(resource_of(one)),
            )
            for one in services
        ]

    def _targets(self, services: Sequence[ExpectedService]) -> dict[str, Mapping[str, Any]]:
        named = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
        parts = _parts([resource_of(one) for one in services], _TARGETS)
        found = [
            target
            for part in parts
            for target in self.calls.all(
                "application-autoscaling", "describe_scalable_targets", "ScalableTargets", **named, ResourceIds=part
            )
        ]
        return {target["ResourceId"]: target for target in found}

    def stop(
        self,
        services: Sequence[ExpectedService],
        state: Mapping[str, Any] | None,
        reason: str = "",
        *,
        whole: bool = True,
    ) -> StoppedLayer:
        """To no task. What a stop before this one wrote stands, but for another reason: that was, and this one's look would find
        zeros."""
        found = [one for one in self.look(services) if not one.is_daemon]
        alarms = watching_alarms(state, [one.expected for one in found])
        mine = StoppedLayer(self.at, self.by, reason, whole, {one.name: one.as_it_is for one in found}, tuple(alarms))
        stopped = self._noted(mine)
        self._tell(stop_requests(found, alarms))
        return stopped

    def _noted(self, mine: StoppedLayer) -> StoppedLayer:
        """Beside the state; of a dry run what would stand there."""
        if self.dry:
            return _joined(lifetime.load(self.store, self.layer), mine)
        now = lifetime.change(self.store, self.layer, lambda found: replace(found, stopped=_joined(found, mine)))
        return now.stopped or mine

    def start(
        self,
        services: Sequence[ExpectedService],
        state: Mapping[str, Any] | None,
        stopped: StoppedLayer,
        *,
        whole: bool = True,
    ) -> list[ScaledService]:
        """As many tasks as there were. ``whole``: then what was stopped and is gone from the root is forgotten too."""
        known = [one for one in services if one.name in stopped.services]
        found = [_as_it_was(one, stopped) for one in self.look(known) if not one.is_daemon]
        mine = {*stopped.alarms} if whole else {*stopped.alarms} & {*watching_alarms(state, known)}
        self._tell(start_requests(found, stopped.services, sorted(mine)))
        names = {one.name for one in known}
        if not self.dry:
            lifetime.change(
                self.store,
                self.layer,
                lambda now: replace(now, stopped=None if whole else _without(now.stopped, names, mine)),
            )
        return found

    def stay(self, services: Sequence[ExpectedService], state: Mapping[str, Any] | None) -> None:
        """After an apply of a stopped layer: what it made or changed has no task either. Nothing where a `start` came between."""
        stopped = lifetime.load(self.store, self.layer).stopped
        mine = [one for one in services if stopped and stopped.has(one.name)]
        if stopped and mine:
            self.stop(mine, state, whole=stopped.whole)

    def wait(self, services: Sequence[ExpectedService], limit: float, info: Any) -> None:
        """Until no task of them runs. TimeoutExpired when the limit passed first."""
        waited, said = 0.0, ""
        while left := sum(one.tasks for one in self.look(services) if not one.is_daemon):
            words = f"{self.layer.label}: {left} tasks still run; waiting for ECS"
            if words != said:
                info(words)
            said = words
            if waited >= limit:
                raise TimeoutExpired(
                    f"{self.layer.label}: {left} tasks still run after {limit:g} s",
                    hint="it is stopped, and ECS is ending them; `status` shows them",
                )
            self.calls.pause(_GLANCE)
            waited += _GLANCE

    def _tell(self, requests: Sequence[AwsRequest]) -> None:
        for service, operation, parameters in requests:
            self.asked.append((service, operation, parameters))
            if not self.dry:
                self.calls.ask(service, operation, **parameters)


def _joined(now: Lifetime, mine: StoppedLayer) -> StoppedLayer:
    """What was written before stays as it was; a reason that was given since is the one that holds."""
    was = now.stopped
    if was is None:
        return mine
    services = {**mine.services, **was.services}
    alarms = tuple(sorted({*was.alarms, *mine.alarms}))
    reason = mine.reason or was.reason
    return replace(was, reason=reason, whole=was.whole or mine.whole, services=services, alarms=alarms)


def _without(stopped: StoppedLayer | None, names: set[str], alarms: set[str]) -> StoppedLayer | None:
    """None where none is left."""
    left = {name: one for name, one in (stopped.services if stopped else {}).items() if name not in names}
    if not stopped or not left:
        return None
    return replace(stopped, whole=False, services=left, alarms=tuple(a for a in stopped.alarms if a not in alarms))
