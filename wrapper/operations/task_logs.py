"""Finds the containers whose lines are wanted: of services, of one task, of the last task that stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..aws import log_lines
from ..aws.ecs_service_status import revision, stopped_reason, task_id
from ..aws.log_lines import FoundLogs, LogSource
from ..model.errors import NotFoundError
from .deployed_services import DeployedService
from .service_status import moment
from .status_reader import StatusReader

_STREAMS = 50  # of one DescribeLogStreams


@dataclass(frozen=True)
class ChosenTask:
    """``begun``: milliseconds since 1970, 0 where ECS does not know the task any more."""

    id: str
    logs: FoundLogs
    begun: int = 0
    words: str = ""


@dataclass(frozen=True)
class TaskLogs:
    """Of the services of one layer. ``definitions``: task definitions of its other tasks, by name."""

    reader: StatusReader
    services: Sequence[DeployedService]
    definitions: Mapping[str, str]

    def of_services(self) -> FoundLogs:
        """By what ECS runs now; in a deployment by the version before, too."""
        there = self.reader.services(self.services)
        logs = FoundLogs()
        for one in self.services:
            deployments = there.get(one.resource, {}).get("deployments", ())
            arns = {d["taskDefinition"]: None for d in deployments} or {one.expected.task_definition: None}
            for arn in arns:
                logs = logs.plus(self._found(one.name, arn))
        return logs

    def _found(self, name: str, arn: str) -> FoundLogs:
        answer = self.reader.calls.ask("ecs", "describe_task_definition", taskDefinition=arn)
        return log_lines.found(name, answer["taskDefinition"])

    # -- one task ---------------------------------------------------------------------------------

    def of_task(self, wanted: str) -> ChosenTask:
        """By its id, its ARN or the beginning of its id. One that ECS has forgotten, as it does within the hour, is looked for
        among the services' streams. NotFoundError for a task of another layer."""
        wanted = wanted.rpartition("/")[2]
        task = self._task(wanted)
        if task is None:
            return ChosenTask(wanted, self.of_services())
        arn = task["taskDefinitionArn"]
        name = self._name_of(arn)
        if name is None:
            raise NotFoundError(
                f"{self.reader.calls.label}: task {wanted} is of {revision(arn)}, which is not this layer's",
                hint="name the tenant whose task it is",
            )
        return self._chosen(task, name)

    def _task(self, wanted: str) -> Mapping[str, Any] | None:
        clusters = {one.cluster: None for one in self.services}
        for cluster in clusters:
            for task in self.reader.tasks_named(cluster, [wanted]):
                return task
        near = [t for one in self.services for t in self._all_tasks(one) if task_id(t).startswith(wanted)]
        return near[0] if len(near) == 1 else None

    def _all_tasks(self, one: DeployedService) -> Iterable[Mapping[str, Any]]:
        for status in ("RUNNING", "STOPPED"):
            yield from self.reader.tasks(one.cluster, one.service_name, status)

    def _name_of(self, arn: str) -> str | None:
        """The service's or the one-off task's."""
        known = {one.expected.task_definition: one.name for one in self.services}
        known |= {definition: name for name, definition in self.definitions.items()}
        families = {revision(definition).rpartition(":")[0]: name for definition, name in known.items()}
        return families.get(revision(arn).rpartition(":")[0])

    def _chosen(self, task: Mapping[str, Any], name: str, words: str = "") -> ChosenTask:
        created = task.get("createdAt")
        begun = int(created.timestamp() * 1000) if isinstance(created, datetime) else 0
        return ChosenTask(task_id(task), self._found(name, task["taskDefinitionArn"]), begun, words)

    # -- the one before ---------------------------------------------------------------------------

    def previous(self) -> ChosenTask:
        """The task that stopped last. NotFoundError where none is known."""
        stopped = [
            (moment(task.get("stoppedAt")), one.name, task)
            for one in self.services
            for task in self.reader.tasks(one.cluster, one.service_name, "STOPPED")
        ]
        if not stopped:
            return self._last_stream()
        at, name, task = max(stopped, key=lambda found: found[0])
        return self._chosen(task, name, f"stopped at {at}: {stopped_reason(task)}")

    def _last_stream(self) -> ChosenTask:
        """ECS forgets a stopped task within the hour; its stream stays."""
        logs = self.of_services()
        running = {
            task_id(t) for one in self.services for t in self.reader.tasks(one.cluster, one.service_name, "RUNNING")
        }
        for group in dict.fromkeys(s.group for s in logs.sources):
            newest: dict[str, Any] = {"orderBy": "LastEventTime", "descending": True, "limit": _STREAMS}
            answer = self.reader.calls.ask("logs", "describe_log_streams", logGroupName=group, **newest)
            for stream in answer.get("logStreams", ()):
                task = stream["logStreamName"].rpartition("/")[2]
                if _source_of(stream["logStreamName"], logs.sources) and task not in running:
                    return ChosenTask(task, logs, 0, "stopped; ECS tells no more of it")
        raise NotFoundError(
            f"{self.reader.calls.label}: no task has stopped that is still known",
            hint="ECS forgets a stopped task within the hour; --since 1d shows the lines of all tasks",
        )


def _source_of(stream: str, sources: Iterable[LogSource]) -> LogSource | None:
    return next((s for s in sources if stream.startswith(s.beginning)), None)
