"""Runs a task of a deploy (:mod:`wrapper.deploy.deploy_tasks`) as ``run-task`` does: waited for, its lines shown, judged by its
exit codes, bounded by time."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..aws import log_lines, task_run
from ..aws.calls import AwsCalls
from ..aws.log_lines import LogLine
from ..aws.task_run import TaskRun
from ..model import duration
from ..model.errors import TaskFailed, TimeoutExpired
from ..run.signals import SignalHandler
from ..state.store import Store
from .deploy_tasks import DeployTask
from .recorded_task import RecordedTask

_LIMIT = "1h"


@dataclass(frozen=True)
class DeployTaskRunner:
    """Of one command. ``author`` names the run, ``by`` its person; ``limit``: ``task_timeout`` of stack.hcl, "" for an hour."""

    calls: AwsCalls
    store: Callable[[], Store]
    author: str
    by: str
    build_url: str = ""
    limit: str = ""
    clock: Callable[[], float] = time.monotonic

    def run(self, task: DeployTask, signals: SignalHandler, info: Callable[[str], None]) -> None:
        """TaskFailed where it does not end well, TimeoutExpired where it takes too long; it is stopped then."""
        words = f"{task.name} ({task.when})"
        request = task_run.started(task.request, self.author, str(uuid.uuid4()))
        calls = replace(self.calls, label=task.layer.label, pause=self._bounded(task, signals))
        run = TaskRun(calls.while_waiting(), task.name, request, info, lambda line: _tell(line, info), clock=self.clock)
        one = RecordedTask(self.store(), task.layer, run, words, task.builds, self.by, self.build_url)
        outcome = one.through(signals)
        label = f"{task.layer.label}: {task.when}: {task.name}"
        if outcome.exit_code:
            raise TaskFailed(
                f"{label}: task {outcome.id} {outcome.words}",
                hint="its lines are above, or in this tenant's log. Correct it, and run the same command again",
            )
        info(f"{label}: task {outcome.id} {outcome.after(one.seconds)}")

    def _bounded(self, task: DeployTask, signals: SignalHandler) -> Callable[[float], None]:
        limit = self.limit or _LIMIT

        def late() -> TimeoutExpired:
            return TimeoutExpired(
                f"{task.layer.label}: {task.when}: {task.name} took longer than {limit}, and is stopped",
                hint="to allow more time: task_timeout in stack.hcl",
            )

        def pause(seconds: float) -> None:
            task.beat()
            signals.pause(seconds)

        return duration.bounded(pause, duration.parse(limit), late, self.clock)


def _tell(line: LogLine, info: Callable[[str], None]) -> None:
    for text in log_lines.shown(line):
        info(text)
