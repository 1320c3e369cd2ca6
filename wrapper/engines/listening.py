"""Another engine, listened to: what its Steps say before one that changes something is heard as it streams by, and that one is
carried out as the session here has it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from ..model.nouns import Outcome, Run, Step
from . import Engine, OutputCallback, Session


class OutputReader(Protocol):
    """Hears standard output, in pieces of any size."""

    def hear(self, data: bytes) -> None: ...


class ListeningEngine:
    """``wrap``: puts a session of ours before the engine's own."""

    def __init__(self, engine: Engine, wrap: Callable[[Run, Session], Session]) -> None:
        self._engine = engine
        self._wrap = wrap
        self.name = engine.name
        self.contained = engine.contained

    def check(self) -> None:
        self._engine.check()

    def as_typed(self, run: Run) -> tuple[str, str]:
        return self._engine.as_typed(run)

    def open(self, run: Run) -> AbstractContextManager[Session]:
        return self._opened(run)

    @contextlib.contextmanager
    def _opened(self, run: Run) -> Iterator[Session]:
        with self._engine.open(run) as session:
            yield self._wrap(run, session)


class ListeningSession:
    """``change`` carries out a Step that changes something, by the engine's own session."""

    def __init__(self, session: Session, reader: OutputReader) -> None:
        self._session = session
        self._hear = reader.hear
        self.directory = getattr(session, "directory", None)

    def execute(self, step: Step, output: OutputCallback) -> Outcome:
        def heard(data: bytes, is_error: bool) -> None:
            if not is_error:
                self._hear(data)
            output(data, is_error)

        return self.change(step, output) if step.mutates else self._session.execute(step, heard)

    def change(self, step: Step, output: OutputCallback) -> Outcome:
        return self._session.execute(step, output)

    def stop(self) -> None:
        self._session.stop()
