"""A task that is waited for, and kept in the layer's history whatever became of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..aws.task_outcome import TaskOutcome
from ..aws.task_run import NeverBegan, TaskRun
from ..model.errors import OrchestrateError
from ..model.stack import Layer
from ..run.signals import SignalHandler
from ..state import task_history
from ..state.record import moment
from ..state.store import Store
from ..state.task_history import TaskEntry


@dataclass(frozen=True)
class RecordedTask:
    """``name`` and ``builds``: as the history has them; ``by`` and ``build_url``: of the command."""

    store: Store
    layer: Layer
    run: TaskRun
    name: str
    builds: Mapping[str, str]
    by: str
    build_url: str = ""
    began: float = field(default_factory=time.time)

    def start(self, signals: SignalHandler) -> str:
        """The task's id. One that starts while a signal arrives is known."""
        with signals.shielded():
            return self.run.start()

    def through(self, signals: SignalHandler) -> TaskOutcome:
        """From its start to its end. A signal ends the waiting alone: at no moment between is a task left that nothing stops."""
        one = replace(self, run=replace(self.run, interruptible=signals.interruptible))
        with signals.shielded("the task is being stopped"):
            return one.wait(one.run.start())

    def wait(self, task: str) -> TaskOutcome:
        try:
            outcome = self.run.wait(task)
        except OrchestrateError as error:
            self.record(task, "not started" if isinstance(error, NeverBegan) else "stopped", error.message)
            raise
        self.record(task, str(outcome.exit_code), outcome.reason)
        return outcome

    @property
    def seconds(self) -> float:
        return round(time.time() - self.began, 1)

    def record(self, task: str, result: str, reason: str) -> None:
        """What ran is what counts: a record that cannot be written is said."""
        try:
            entry = TaskEntry(
                *(moment(self.began), self.by, self.name, task, result, reason, self.seconds),
                builds=dict(self.builds),
                build_url=self.build_url,
            )
            task_history.add(self.store, self.layer, entry)
        except OrchestrateError as error:
            self.run.info(f"{self.layer.label}: the task is not in the history: {error.message}")
