"""An engine that looks at ECS while Terraform waits for it, and ends an apply whose roll-out ECS has given up.

Terraform waits until a service is steady or its time is over. A deployment that failed and has no earlier version to go back to is
never steady (github.com/hashicorp/terraform-provider-aws/issues/20858).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator
from typing import Protocol

from ..model.nouns import Outcome, Step
from ..terraform.planned_services import ServiceReader
from . import Engine, OutputCallback, Session
from .listening import ListeningEngine, ListeningSession

_EVERY, _ANSWER = 10.0, 5.0  # seconds between two looks, and that the last one is waited for
_Service = tuple[str, str]  # cluster and name


class Rollouts(Protocol):
    """What is asked of ECS; an answer that does not come is no failure."""

    def deployments(self, services: Collection[_Service]) -> set[str]:
        """Ids of the deployments that are there."""
        ...

    def given_up(self, services: Collection[_Service], known: Collection[str]) -> str:
        """What ECS says of a deployment that failed and stands first, and is none of the known; "" where none is."""
        ...


class RolloutWatchedEngine(ListeningEngine):
    """Another engine, whose applies are watched."""

    def __init__(self, engine: Engine, rollouts: Rollouts, info: Callable[[str], None], every: float = _EVERY) -> None:
        super().__init__(engine, lambda run, s: RolloutWatchedSession(run.layer.label, s, rollouts, info, every))


class RolloutWatchedSession(ListeningSession):
    """Another engine's session."""

    def __init__(
        self, label: str, session: Session, rollouts: Rollouts, info: Callable[[str], None], every: float
    ) -> None:
        self._reader = ServiceReader()
        super().__init__(session, self._reader)
        self._label = label
        self._rollouts = rollouts
        self._say = info
        self._every = every

    def change(self, step: Step, output: OutputCallback) -> Outcome:
        with self._watched():
            return super().change(step, output)

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        services = list(self._reader.services)
        if not services:
            yield
            return
        ended, known = threading.Event(), self._rollouts.deployments(services)
        watch = threading.Thread(target=self._watch, args=(services, known, ended), daemon=True)
        watch.start()
        try:
            yield
        finally:
            ended.set()
            watch.join(_ANSWER)

    def _watch(self, services: Collection[_Service], known: Collection[str], ended: threading.Event) -> None:
        while not ended.wait(self._every):
            words = self._rollouts.given_up(services, known)
            if words and not ended.is_set():
                self._say(f"{self._label}: {words}; Terraform would wait for it in vain, and is stopped")
                return self.stop()
