"""What the data plane measured, as metrics of moto's CloudWatch; the alarms over them; and the scaling policies that these set off.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from . import scaling_steps
from .alarm_states import ALARM, AlarmRule, datapoints, reason, state
from .scaling_steps import Activity

KEPT = 7200.0  # seconds of samples that alarms may look at
MEASURED = {
    "AWS/ECS": ("CPUUtilization", "MemoryUtilization"),
    "AWS/ApplicationELB": ("HealthyHostCount", "UnHealthyHostCount"),
}
TRACKED = ("ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization")
Series = tuple[str, str, str, frozenset[tuple[str, str]]]  # region, namespace, metric, dimensions


class Metrics:
    """``tasks_of``: how many tasks a service wants now, by region and resource id; ``scale`` gives it another number."""

    def __init__(self, tasks_of: Callable[[str, str], int | None], scale: Callable[[str, str, int, str], None]) -> None:
        self._tasks_of, self._scale = tasks_of, scale
        self._samples: dict[Series, dict[float, list[float]]] = defaultdict(dict)
        self._last: dict[str, Activity] = {}
        self._minute = 0.0

    def take(self, found: Iterable[Mapping[str, Any]], now: float) -> None:
        """Samples, and each minute a look at every alarm. ``now``: by the data plane's clock, the end of the last minute that is
        whole. One that starts again may be behind the one before."""
        if now // 60 < self._minute:
            self._minute, self._last = now // 60, {}
        for one in found:
            self._store(one)
        if now // 60 > self._minute:
            self._minute = now // 60
            self._forget(now)
            for region, backend in list(cloudwatch_backends[DEFAULT_ACCOUNT_ID].items()):
                for alarm in list(backend.alarms.values()):
                    self._look(region, backend, alarm, now)

    def _store(self, one: Mapping[str, Any]) -> None:
        dimensions = [{"Name": name, "Value": value} for name, value in one["dimensions"].items()]
        named = {
            "MetricName": one["metric"],
            "Dimensions": dimensions,
            "Timestamp": datetime.fromtimestamp(one["at"], UTC).replace(tzinfo=None),
        }
        backend: Any = cloudwatch_backends[DEFAULT_ACCOUNT_ID][one["region"]]
        backend.put_metric_data(one["namespace"], [{**named, "Value": value} for value in one["values"]])
        series = one["region"], one["namespace"], one["metric"], frozenset(one["dimensions"].items())
        self._samples[series].setdefault(one["at"], []).extend(one["values"])

    def _forget(self, now: float) -> None:
        for samples in self._samples.values():
            for at in [at for at in samples if at < now - KEPT]:
                del samples[at]

    # -- alarms ---------------------------------------------------------------------------------

    def _look(self, region: str, backend: Any, alarm: Any, now: float) -> None:
        if alarm.metric_name not in MEASURED.get(alarm.namespace, ()) or any(map(is_unknown, policies(region, alarm))):
            return
        dimensions = frozenset((one.name, one.value) for one in alarm.dimensions)
        rule = rule_of(alarm, self._tracked(region, alarm))
        points = datapoints(rule, self._samples.get((region, alarm.namespace, alarm.metric_name, dimensions), {}), now)
        found = state(rule, points, alarm.state_value)
        if found != alarm.state_value:
            backend.set_alarm_state(alarm.name, reason(rule, points), "{}", found)
        known = [point for point in points if point is not None]
        if found == ALARM and known and alarm.actions_enabled:  # a policy acts each minute that the alarm lasts
            for policy in policies(region, alarm):
                self._act(region, policy, alarm, known[0], rule.threshold, now)

    def _tracked(self, region: str, alarm: Any) -> float | None:
        """The target that an alarm of a target tracking policy is about."""
        return next((target_of(one) for one in policies(region, alarm) if is_tracking(one)), None)

    # -- policies -------------------------------------------------------------------------------

    def _act(self, region: str, policy: Any, alarm: Any, metric: float, threshold: float, now: float) -> None:
        current = self._tasks_of(region, policy.resource_id)
        target = target_of_service(region, policy.resource_id)
        if current is None or target is None:
            return
        wanted = wants(policy, current, metric, metric - threshold)
        direction = "Out" if wanted > current else "In"
        if (target.suspended_state or {}).get(f"DynamicScaling{direction}Suspended"):
            return
        last = self._last.get(policy.resource_id)
        bounds = int(target.min_capacity), int(target.max_capacity)
        chosen = scaling_steps.allowed(current, wanted, bounds, last, now)
        if chosen == current:
            return
        self._last[policy.resource_id] = Activity(now, current, chosen, cooldown(policy, direction))
        self._scale(
            region, policy.resource_id, chosen, f"alarm {alarm.name}: policy {policy.policy_name}, {metric:.0f} %"
        )


def rule_of(alarm: Any, tracked: float | None) -> AlarmRule:
    """``tracked``: moto's alarms of target tracking have thresholds of their own making."""
    threshold = float(alarm.threshold)
    if tracked is not None:
        threshold = tracked if alarm.comparison_operator.startswith("Greater") else tracked * scaling_steps.TRACKS_IN
    periods = int(alarm.evaluation_periods)
    needed = int(alarm.datapoints_to_alarm or periods)
    missing = alarm.treat_missing_data or "missing"
    return AlarmRule(alarm.comparison_operator, threshold, alarm.statistic, int(alarm.period), periods, needed, missing)


def policies(region: str, alarm: Any) -> Iterator[Any]:
    """The scaling policies among an alarm's actions."""
    known = applicationautoscaling_backends[DEFAULT_ACCOUNT_ID][region].policies.values()
    for action in alarm.alarm_actions or ():
        yield from (one for one in known if one.policy_arn == str(action).partition(":createdBy/")[0])


def is_tracking(policy: Any) -> bool:
    return bool(policy.policy_type == "TargetTrackingScaling")


def is_unknown(policy: Any) -> bool:
    """It tracks what is not measured here; moto's alarms for it are over the processors."""
    settings = policy.target_tracking_scaling_policy_configuration or {}
    metric = (settings.get("PredefinedMetricSpecification") or {}).get("PredefinedMetricType")
    return is_tracking(policy) and metric not in TRACKED


def target_of(policy: Any) -> float:
    return float(policy.target_tracking_scaling_policy_configuration["TargetValue"])


def target_of_service(region: str, resource: str) -> Any:
    """The scalable target of an ECS service."""
    found = applicationautoscaling_backends[DEFAULT_ACCOUNT_ID][region].targets.values()
    return next((by_resource[resource] for by_resource in found if resource in by_resource), None)


def wants(policy: Any, current: int, metric: float, breach: float) -> int:
    if is_tracking(policy):
        wanted = scaling_steps.tracked(current, metric, target_of(policy))
        keeps = policy.target_tracking_scaling_policy_configuration.get("DisableScaleIn")
        return max(wanted, current) if keeps else wanted
    settings = policy.step_scaling_policy_configuration
    return scaling_steps.stepped(current, settings["StepAdjustments"], settings["AdjustmentType"], breach)


def cooldown(policy: Any, direction: str) -> float:
    if is_tracking(policy):
        return float(policy.target_tracking_scaling_policy_configuration.get(f"Scale{direction}Cooldown") or 300)
    return float(policy.step_scaling_policy_configuration.get("Cooldown") or 0)
