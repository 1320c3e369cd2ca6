"""Runs one task: starts it, tells what it prints, waits for its end, fetches what arrives late, and stops it where it is not to
go on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..model.errors import BusyError, OrchestrateError, TaskFailed, TimeoutExpired, UnavailableError
from . import log_lines, task_outcome
from .calls import AwsCalls, CallRefused
from .ecs_service_status import task_id
from .log_lines import FoundLogs, LogLine
from .log_reader import LogReader
from .task_outcome import TaskOutcome

_STARTED_BY = 128  # characters that ECS takes
START_LIMIT = 600.0  # seconds until a container runs
_PAUSE = 1.0
_UNSEEN = 60.0  # seconds that ECS may take to show a task that it has just started
_QUIET, _LATEST = 3, 20  # looks without a line after the end; looks at most


class NeverBegan(TimeoutExpired):
    """No container ran in time."""


def started(request: Mapping[str, Any], by: str, token: str) -> dict[str, Any]:
    """The request as it is sent. ``token``: sent twice, it starts one task."""
    return {**request, "startedBy": f"orchestrate/{by}"[:_STARTED_BY], "clientToken": token}


@dataclass(frozen=True)
class TaskRun:
    """``name``: the task's or the service's, in words; ``limit``: seconds in which a container must run; ``output`` takes each
    line, ``info`` what is said; ``interruptible``: around the waiting, which a signal may end, where it may end nothing else: a
    task that is being started or stopped is not to be left between the two."""

    calls: AwsCalls
    name: str
    request: Mapping[str, Any]
    info: Callable[[str], None]
    output: Callable[[LogLine], None]
    limit: float = START_LIMIT
    clock: Callable[[], float] = time.monotonic
    since: Callable[[], float] = time.time
    interruptible: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    _silent: list[str] = field(default_factory=list)  # logs that may not be read: said once

    @cached_property
    def definition(self) -> Mapping[str, Any]:
        answer = self.calls.ask("ecs", "describe_task_definition", taskDefinition=self.request["taskDefinition"])
        found: Mapping[str, Any] = answer["taskDefinition"]
        return found

    @cached_property
    def logs(self) -> FoundLogs:
        return log_lines.found(self.name, self.definition)

    @property
    def containers(self) -> list[str]:
        return [one["name"] for one in self.definition.get("containerDefinitions") or ()]

    def start(self) -> str:
        """The task's id. TaskFailed with ECS's reason where it starts none. It names the task and its streams at once: ECS forgets
        a stopped task within the hour."""
        _ = self.definition
        answer = self._started()
        if reason := task_outcome.not_started(answer):
            raise self._not_started(reason)
        task = task_id(answer["tasks"][0])
        self.info(f"{self.calls.label}: started {self.name}: task {task}")
        for one in self.logs.sources:
            self.info(f"  log: group {one.group}, stream {one.beginning}{task}")
        for container, driver in self.logs.elsewhere:
            self.info(f"  the lines of {container} go elsewhere: {driver}")
        return task

    def _not_started(self, reason: str) -> TaskFailed:
        return TaskFailed(
            f"{self.calls.label}: ECS did not start {self.name}: {reason}",
            hint="see the cluster's room and the task's cpu and memory, then run it again",
        )

    def _started(self) -> Mapping[str, Any]:
        try:
            return self.calls.ask("ecs", "run_task", **self.request)
        except CallRefused as error:
            if error.denied or error.expired or error.throttled or error.gone:
                raise
            raise self._not_started(error.message.partition("ecs:RunTask: ")[2]) from None
        except UnavailableError as error:
            region, by = self.calls.region, self.request.get("startedBy", "")
            raise BusyError(
                f"{error.message}; whether {self.name} has started is not known",
                hint=f"look: aws ecs list-tasks --region {region} --cluster {self.request['cluster']} --started-by {by}",
            ) from None

    def wait(self, task: str) -> TaskOutcome:
        """How it ended. TimeoutExpired where no container ran in time; the task is stopped then, as it is by whatever else ends the
        waiting."""
        reader = LogReader(self.calls, self.logs, int(self.since() * 1000) - 60_000, task=task)
        try:
            with self.interruptible():
                found = self._until_its_end(task, reader)
        except BaseException:
            self.stop(task)
            raise
        with self.interruptible():
            self._late_lines(reader)
        return task_outcome.judged(found, self.definition)

    def _until_its_end(self, task: str, reader: LogReader) -> Mapping[str, Any]:
        end, unseen, begun = self.clock() + self.limit, self.clock() + _UNSEEN, False
        while True:
            found = self._seen(task)
            self._tell(reader)
            if found and task_outcome.ended(found):
                return found
            begun = begun or bool(found and task_outcome.begun(found))
            if not found and self.clock() >= unseen:
                raise TaskFailed(
                    f"{self.calls.label}: ECS does not know task {task} any more: how it ended is not known",
                    hint="read its log, whose stream is named above",
                )
            unseen = self.clock() + _UNSEEN if found else unseen
            if not begun and self.clock() >= end:
                raise self._never_began(task, found or {})
            self.calls.pause(_PAUSE)

    def _never_began(self, task: str, found: Mapping[str, Any]) -> NeverBegan:
        return NeverBegan(
            f"{self.calls.label}: {self.name}: task {task} did not start in {self.limit:g} s: "
            f"{task_outcome.waiting_for(found)}",
            hint="it is stopped. See the cluster's room (status shows its events), or wait longer: --start-timeout 30m",
        )

    def _seen(self, task: str) -> Mapping[str, Any] | None:
        answer = self.calls.ask("ecs", "describe_tasks", cluster=self.request["cluster"], tasks=[task])
        found = answer.get("tasks") or ()
        return found[0] if found else None

    def _tell(self, reader: LogReader) -> int:
        """Its new lines, and how many. A log that may not be read is no reason to leave the task alone."""
        told = 0
        try:
            for line in reader.lines() if self.logs.sources and not self._silent else ():
                self.output(line)
                told += 1
        except OrchestrateError as error:
            if isinstance(error, CallRefused) and error.expired:
                raise
            if not isinstance(error, TimeoutExpired) and error.exit_code < 128:
                self._silent.append(error.message)
                self.info(f"its lines are not shown: {error.message}{f' ({error.hint})' if error.hint else ''}")
                return told
            raise
        return told

    def _late_lines(self, reader: LogReader) -> None:
        """Lines arrive after the stop, some seconds late."""
        quiet = 0
        for _ in range(_LATEST):
            quiet = 0 if self._tell(reader) else quiet + 1
            if quiet >= _QUIET or not self.logs.sources or self._silent:
                return
            self.calls.pause(_PAUSE)

    def stop(self, task: str) -> None:
        """Whatever ended the command. Where it cannot be stopped, what stops it is said."""
        with contextlib.suppress(OrchestrateError):
            self.info(f"stopping task {task}")
        calls = self.calls.unstoppable()
        try:
            calls.ask("ecs", "stop_task", cluster=self.request["cluster"], task=task, reason="stopped by orchestrate")
        except OrchestrateError as error:
            self.info(f"task {task} still runs: {error.message}")
            region, cluster = self.calls.region, self.request["cluster"]
            self.info(f"  stop it: aws ecs stop-task --region {region} --cluster {cluster} --task {task}")
