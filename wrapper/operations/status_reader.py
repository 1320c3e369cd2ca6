"""Asks AWS how services are: ECS, their targets, their scaling, their alarms. What AWS may not be asked is said, and left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from ..aws.calls import AwsCalls, CallRefused
from ..aws.service_batches import batches
from .deployed_services import DeployedService
from .service_status import Answer, ServiceAnswers

_TASKS = 100  # of one DescribeTasks
_NAMES = 100  # of one DescribeAlarms
_SIDE_BY_SIDE = 8
_KINDS = ("MetricAlarm", "CompositeAlarm")
Asked = TypeVar("Asked")


@dataclass
class StatusReader:
    """``unknown``: what AWS did not tell, each reason once."""

    calls: AwsCalls
    unknown: list[str] = field(default_factory=list)

    def services(self, wanted: Iterable[DeployedService]) -> dict[str, Answer]:
        """The entry of DescribeServices of each that is there, ten to a request, by its cluster and name."""
        groups = list(batches(wanted, lambda one: one.cluster))
        self.calls.client("ecs")  # one for all threads
        with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
            return {key: one for found in pool.map(self._described, groups) for key, one in found.items()}

    def _described(self, batch: Sequence[DeployedService]) -> dict[str, Answer]:
        """None of a cluster that is gone."""
        cluster, names = batch[0].cluster, [one.expected.service for one in batch]
        try:
            answer = self.calls.ask("ecs", "describe_services", cluster=cluster, services=names)
        except CallRefused as error:
            if error.gone:
                return {}
            raise
        there = {one["serviceName"]: one for one in answer.get("services", ())}
        return {one.resource: there[one.service_name] for one in batch if one.service_name in there}

    def read(self, one: DeployedService, service: Answer | None) -> ServiceAnswers:
        if service is None:
            return ServiceAnswers()
        of_target = {"ServiceNamespace": "ecs", "ResourceId": one.resource}
        asks = self._optional
        return ServiceAnswers(
            service,
            self._health(one.expected.target_groups),
            self.tasks(one.cluster, one.service_name, "RUNNING"),
            self.tasks(one.cluster, one.service_name, "STOPPED"),
            asks(lambda: self._scaling(one), None),
            asks(lambda: self._activities(of_target), ()),
            asks(lambda: self._scheduled(of_target), ()),
        )

    def tasks(self, cluster: str, service: str, status: str) -> list[Answer]:
        named = {"cluster": cluster, "serviceName": service, "desiredStatus": status}
        arns = self.calls.all("ecs", "list_tasks", "taskArns", **named)
        return [task for n in range(0, len(arns), _TASKS) for task in self.tasks_named(cluster, arns[n : n + _TASKS])]

    def tasks_named(self, cluster: str, arns: Sequence[str]) -> Sequence[Answer]:
        found: Sequence[Answer] = self.calls.ask("ecs", "describe_tasks", cluster=cluster, tasks=list(arns)).get(
            "tasks", ()
        )
        return found

    def ringing(self, names: Sequence[str] | None) -> list[Answer]:
        """Alarms in ALARM: of these names, or all of the account where there are too many to name."""
        return self._optional(lambda: self._ringing(names), [])

    def _ringing(self, names: Sequence[str] | None) -> list[Answer]:
        rings: dict[str, Any] = {"StateValue": "ALARM"}
        if names is None:
            return self._alarms(rings)
        parts = [list(names[n : n + _NAMES]) for n in range(0, len(names), _NAMES)]
        return [one for part in parts for one in self._alarms(rings | {"AlarmNames": part})]

    def _alarms(self, asked: Mapping[str, Any]) -> list[Answer]:
        pages = list(self.calls.pages("cloudwatch", "describe_alarms", **asked, AlarmTypes=list(_KINDS)))
        found = (a for page in pages for kind in _KINDS for a in page.get(f"{kind}s") or ())
        return [a for a in found if a.get("StateValue") == asked["StateValue"]]

    def _health(self, groups: Sequence[str]) -> dict[str, Sequence[Answer]]:
        """By target group; one that AWS does not tell of is left out, and no task waits for it."""
        found = {arn: self._optional(partial(self._targets, arn), None) for arn in groups}
        return {arn: targets for arn, targets in found.items() if targets is not None}

    def _targets(self, arn: str) -> Sequence[Answer]:
        answer = self.calls.ask("elbv2", "describe_target_health", TargetGroupArn=arn)
        found: Sequence[Answer] = answer["TargetHealthDescriptions"]
        return found

    def _scaling(self, one: DeployedService) -> Answer | None:
        named = {"ServiceNamespace": "ecs", "ResourceIds": [one.resource]}
        found = self.calls.all("application-autoscaling", "describe_scalable_targets", "ScalableTargets", **named)
        return found[0] if found else None

    def _activities(self, target: Mapping[str, Any]) -> Sequence[Answer]:
        answer = self.calls.ask("application-autoscaling", "describe_scaling_activities", **target, MaxResults=5)
        found: Sequence[Answer] = answer.get("ScalingActivities", ())
        return found

    def _scheduled(self, target: Mapping[str, Any]) -> Sequence[Answer]:
        return self.calls.all("application-autoscaling", "describe_scheduled_actions", "ScheduledActions", **target)

    def _optional(self, asked: Callable[[], Asked], otherwise: Asked) -> Asked:
        """What may be missing without the rest being of no use."""
        try:
            return asked()
        except CallRefused as error:
            if error.expired:
                raise
            if error.message not in self.unknown:
                self.unknown.append(error.message)
            return otherwise
