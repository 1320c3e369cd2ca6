"""How a service is, as plain data, out of what AWS seen of it; and whether it is well. Pure: asks nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..aws.ecs_service_status import Verdict, judge, revision, stopped_reason, task_id
from ..state.lifetime import StoppedLayer
from .deployed_services import DeployedService

EVENTS, STOPPED, ACTIVITIES = 5, 5, 3  # how many of each are shown
Answer = Mapping[str, Any]


@dataclass(frozen=True)
class ServiceAnswers:
    """What AWS said of one service: the entry of DescribeServices (None: there is none), TargetHealthDescriptions by target
    group, tasks that run and tasks that stopped, its scalable target, its scaling activities, its scheduled actions."""

    service: Answer | None = None
    targets: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    tasks: Sequence[Answer] = ()
    stopped: Sequence[Answer] = ()
    scaling: Answer | None = None
    activities: Sequence[Answer] = ()
    scheduled: Sequence[Answer] = ()


def described(one: DeployedService, seen: ServiceAnswers) -> dict[str, Any]:
    """A service as docs/schemas/status-1.json has it."""
    found = seen.service or {}
    verdict = judged(one, seen)
    return {
        "name": one.name,
        "cluster": one.cluster.rpartition("/")[2],
        "service": one.service_name,
        "well": verdict.state == "steady",
        "verdict": verdict.words,
        "status": found.get("status", "MISSING"),
        "task_definition": revision(found.get("taskDefinition", "")),
        "expected_task_definition": revision(one.expected.task_definition),
        "desired": found.get("desiredCount", 0),
        "running": found.get("runningCount", 0),
        "pending": found.get("pendingCount", 0),
        "deployments": [_deployment(d) for d in found.get("deployments", ())],
        "targets": [_target(t) for group in seen.targets.values() for t in group],
        "tasks": [_task(t) for t in seen.tasks],
        "stopped": [_stopped(t) for t in _newest(seen.stopped, "stoppedAt")[:STOPPED]],
        "events": [{"at": moment(e.get("createdAt")), "message": e.get("message", "")} for e in _events(found)],
        "scaling": _scaling(seen) if seen.scaling else None,
        "scheduled": [_scheduled(a) for a in seen.scheduled],
    }


def judged(one: DeployedService, seen: ServiceAnswers) -> Verdict:
    """Steady on what it is to run, with a healthy target for each task; anything else is not well."""
    healthy = [[_state(t) for t in group].count("healthy") for group in seen.targets.values()]
    return judge(one.expected, seen.service, healthy)


def summary(one: DeployedService, service: Answer | None) -> dict[str, Any]:
    """The same in a line, without its targets and tasks."""
    found, verdict = service or {}, judge(one.expected, service, ())
    counts = {name: found.get(f"{name}Count", 0) for name in ("desired", "running", "pending")}
    return {"name": one.name, "well": verdict.state == "steady", "verdict": verdict.words, **counts}


def as_stopped(one: dict[str, Any], stopped: StoppedLayer | None) -> dict[str, Any]:
    """A service that is stopped on purpose is well without a task, and not before."""
    if stopped is None or one["name"] not in stopped.services:
        return one
    left = max(one["desired"], one["running"] + one["pending"])
    return {**one, "well": not left, "verdict": f"stopping: {left} tasks left" if left else str(stopped)}


def stop(stopped: StoppedLayer | None) -> dict[str, Any] | None:
    """Whether it is stopped, as docs/schemas/status-1.json has it: with the tasks that there were."""
    if stopped is None:
        return None
    counts = {name: one.count for name, one in stopped.services.items()}
    return {"at": stopped.at, "by": stopped.by, "reason": stopped.reason, "services": counts}


# -- parts --------------------------------------------------------------------------------------


def _deployment(one: Answer) -> dict[str, Any]:
    return {
        "id": one.get("id", ""),
        "status": one.get("status", ""),
        "rollout": one.get("rolloutState", ""),
        "reason": one.get("rolloutStateReason", ""),
        "task_definition": revision(one.get("taskDefinition", "")),
        **{name: one.get(f"{name}Count", 0) for name in ("desired", "running", "pending")},
        "failed": one.get("failedTasks", 0),
        "started": moment(one.get("createdAt")),
    }


def _target(one: Answer) -> dict[str, Any]:
    target, health = one.get("Target", {}), one.get("TargetHealth", {})
    return {
        "id": target.get("Id", ""),
        "port": target.get("Port"),
        "state": health.get("State", ""),
        "reason": health.get("Reason", ""),
        "description": health.get("Description", ""),
    }


def _state(one: Answer) -> str:
    return str(one.get("TargetHealth", {}).get("State", ""))


def _task(one: Answer) -> dict[str, Any]:
    return {
        "id": task_id(one),
        "status": one.get("lastStatus", ""),
        "health": one.get("healthStatus", "UNKNOWN"),
        "task_definition": revision(one.get("taskDefinitionArn", "")),
        "started": moment(one.get("startedAt") or one.get("createdAt")),
        "zone": one.get("availabilityZone", ""),
        "place": _place(one),
        "containers": {c.get("name", ""): c.get("lastStatus", "") for c in one.get("containers", ())},
    }


def _place(one: Answer) -> str:
    """The machine, or what stands for one."""
    machine = str(one.get("containerInstanceArn", "")).rpartition("/")[2]
    return machine or str(one.get("capacityProviderName") or one.get("launchType") or "")


def _stopped(one: Answer) -> dict[str, Any]:
    return {
        "id": task_id(one),
        "at": moment(one.get("stoppedAt")),
        "reason": stopped_reason(one),
        "task_definition": revision(one.get("taskDefinitionArn", "")),
        "exit_codes": {c.get("name", ""): c.get("exitCode") for c in one.get("containers", ())},
    }


def _events(service: Answer) -> Sequence[Answer]:
    found: Sequence[Answer] = service.get("events", ())[:EVENTS]
    return found


def _scaling(seen: ServiceAnswers) -> dict[str, Any]:
    found = seen.scaling or {}
    return {
        "min": found.get("MinCapacity"),
        "max": found.get("MaxCapacity"),
        "activities": [
            {
                "at": moment(a.get("StartTime")),
                "description": a.get("Description", ""),
                "cause": a.get("Cause", ""),
                "status": a.get("StatusCode", ""),
            }
            for a in seen.activities[:ACTIVITIES]
        ],
    }


def _scheduled(one: Answer) -> dict[str, Any]:
    action = one.get("ScalableTargetAction", {})
    return {
        "name": one.get("ScheduledActionName", ""),
        "expression": one.get("Schedule", ""),
        "timezone": one.get("Timezone", "UTC"),
        "min": action.get("MinCapacity"),
        "max": action.get("MaxCapacity"),
    }


def _newest(found: Sequence[Answer], key: str) -> list[Answer]:
    return sorted(found, key=lambda one: moment(one.get(key)), reverse=True)


def moment(value: object) -> str:
    """A time that AWS answered, as it stands everywhere: ``2026-01-02T03:04:05Z``; "" where there is none."""
    if not isinstance(value, datetime):
        return ""
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


# -- alarms -------------------------------------------------------------------------------------


def alarm(one: Answer) -> dict[str, Any]:
    """An alarm that is in ALARM. ``scales``: it only adds or takes tasks away, which is no trouble: an idle service's alarm for
    low CPU rings all day."""
    actions = one.get("AlarmActions") or ()
    return {
        "name": one.get("AlarmName", ""),
        "since": moment(one.get("StateUpdatedTimestamp")),
        "reason": one.get("StateReason", ""),
        "description": one.get("AlarmDescription", ""),
        "scales": bool(actions) and all(":autoscaling:" in a for a in actions),
    }
