"""What the data plane saw, shown by moto: counts, deployments, tasks, targets, events (:class:`WhatRuns`).

A report that is older than ``STALE`` seconds is not believed: then nothing is known to run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup

from .containers_metrics import Metrics
from .containers_one_off import OneOffTasks
from .containers_scaling import EcsScaling, trip
from .containers_schedules import Schedules
from .moto_patches.deployments import info, is_rolling, opened, state, update

STALE = 15.0
PlaneReport = Mapping[str, Any]


class Observed:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._report: PlaneReport = {}
        self._at = clock()
        self.one_off = OneOffTasks()
        self.scaling = EcsScaling(self.keep)
        self.metrics = Metrics(self.scaling.tasks_of, self.scaling.scale)
        self.schedules = Schedules(self.run, self.scaling.tasks_of, self.scaling.scale)

    @property
    def age(self) -> float:
        return self._clock() - self._at

    def take(self, report: PlaneReport, services: Iterable[Any]) -> None:
        """The data plane's newest report, carried over to moto's services."""
        self._report, self._at = report, self._clock()
        self.one_off.note(report.get("tasks", {}))
        for service in services:
            found = self._of(service)
            if found:
                note(service, found)
                self.advance(service)
        self.metrics.take(report.get("metrics", ()), report.get("measured", 0.0))
        self.scaling.watch_deployments()
        self.schedules.fire(report.get("now", 0.0))

    def _of(self, service: Any) -> PlaneReport:
        found: PlaneReport = self._report.get("services", {}).get(service.arn, {}) if self.age < STALE else {}
        return found

    # -- WhatRuns ---------------------------------------------------------------------------------

    def begin(self, service: Any) -> None:
        if is_rolling(service):
            opened(service, [d for d in service.deployments if hasattr(service, "seen") and is_of_use(d)])
            service.seen = True
            self.scaling.deployed(service)
            self.keep(service)

    def keep(self, service: Any) -> None:
        if is_rolling(service):
            update(service)
            self.advance(service)

    def advance(self, service: Any) -> None:
        counts = self._of(service).get("deployments", {})
        for deployment in service.deployments:
            seen = counts.get(deployment["id"], {})
            deployment["runningCount"] = seen.get("running", 0)
            deployment["pendingCount"] = seen.get("pending", 0)
            deployment["failedTasks"] = seen.get("failed", deployment["failedTasks"])
        service.running_count = sum(d["runningCount"] for d in service.deployments)
        service.pending_count = sum(d["pendingCount"] for d in service.deployments)
        if service.status == "DRAINING" and not any(t["lastStatus"] in LIVE for t in self.tasks(service)):
            service.status = "INACTIVE" if self._of(service) or self.age >= STALE else "DRAINING"

    def tasks(self, service: Any) -> Iterable[dict[str, Any]]:
        return [dated(task) for task in self._of(service).get("tasks", ())]

    def targets(self, group: FakeTargetGroup, services: Iterable[Any]) -> Iterator[FakeHealthStatus]:
        known = self._report.get("targets", {}) if self.age < STALE else {}
        for one in known.get(group.arn, ()):
            where = one["id"], str(one["port"]), group.health_check_port
            yield FakeHealthStatus(*where, one["state"], one["reason"] or None, one["description"] or None)

    def run(self, cluster: Any, definition: Any, count: int, **fields: Any) -> list[dict[str, Any]]:
        return [dated(task) for task in self.one_off.start(cluster, definition, count, **fields)]

    def run_tasks(self, cluster: str) -> list[dict[str, Any]]:
        return [dated(task) for task in self.one_off.shown(cluster)]

    def stop(self, task: str, reason: str) -> dict[str, Any] | None:
        seen = [t for service in self._report.get("services", {}).values() for t in service["tasks"]]
        found = self.one_off.find(task) or next(
            (t for t in seen if task in (t["taskArn"], t["taskArn"].rpartition("/")[2])), None
        )
        if found is None:
            return None
        self.one_off.stops[found["taskArn"]] = reason or "Task stopped by user"
        return dated({**found, "desiredStatus": "STOPPED"})

    def deleted(self, service: Any) -> None:
        service.status, service.desired_count = "DRAINING", 0


# Until its tasks are STOPPING or STOPPED, a deleted service is DRAINING (API_DeleteService).
LIVE = ("PROVISIONING", "PENDING", "RUNNING", "DEACTIVATING")


def is_of_use(deployment: Mapping[str, Any]) -> bool:
    """Whether an earlier deployment stays on the list: it has tasks, or it is what a rollback goes back to."""
    return bool(deployment["runningCount"] or deployment["pendingCount"]) or deployment["rolloutState"] == "COMPLETED"


def note(service: Any, found: PlaneReport) -> None:
    """What happened once: a deployment completed or failed, and events."""
    for words in found.get("events", ()):
        info(service, words)
    primary = service.deployments[0]
    if found.get("completed") == primary["id"] and primary["rolloutState"] == "IN_PROGRESS":
        service.deployments = [primary]
        state(primary, "COMPLETED", "completed.")
        info(service, f"(deployment {primary['id']}) deployment completed.")
        info(service, "has reached a steady state.")
    if found.get("failed") == primary["id"] and primary["rolloutState"] == "IN_PROGRESS":
        trip(service)


def dated(task: Mapping[str, Any]) -> dict[str, Any]:
    """Seconds since 1970 as moto's answers want times."""
    return {n: datetime.fromtimestamp(v, UTC) if n.endswith("At") else v for n, v in task.items()}
