"""The engine of a dry run: it shows what another would do, to the exact argv of each Step, and starts nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from ..model.nouns import Outcome, Run, Step
from ..terraform.commands import redact
from . import Engine, OutputCallback


class DryRunEngine:
    """Writes lines to ``info`` instead of doing anything. ``engine``: the one whose place it takes."""

    def __init__(self, info: Callable[[str], None], engine: Engine) -> None:
        self._say = info
        self._engine = engine
        self.name = engine.name
        self.contained = engine.contained

    def check(self) -> None:
        """It needs nothing."""

    def as_typed(self, run: Run) -> tuple[str, str]:
        return self._engine.as_typed(run)

    @contextlib.contextmanager
    def open(self, run: Run) -> Iterator[DryRunSession]:
        line, before = self.as_typed(run)
        self._say(f"# {run.layer.label}: {run.verb}")
        self._say(line)
        yield DryRunSession(run, self._say, before)


class DryRunSession:
    """Prints each Step's argv as it would be typed."""

    def __init__(self, run: Run, info: Callable[[str], None], before: str) -> None:
        self._run = run
        self._say = info
        self._before = before

    def execute(self, step: Step, output: OutputCallback) -> Outcome:
        notes = [
            n
            for n, here in (("skipped when nothing it depends on changed", step.stamp), ("asks first", step.confirm))
            if here
        ]
        line = self._before + redact(step.argv, self._run.sensitive)
        self._say(line + (f"  # {'; '.join(notes)}" if notes else ""))
        return Outcome(0, ok=True, skipped=True)

    def stop(self) -> None:
        """Nothing runs."""
