"""The engine on paper: shows the exact container and argv of each Step, and starts nothing."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Iterator

from ..model.nouns import Outcome, Run, Step
from ..terraform.commands import redact
from . import OutputCallback
from .container import Container, describe


class DryRunEngine:
    """Writes lines to ``info`` instead of doing anything."""

    name = "print"

    def __init__(self, info: Callable[[str], None], place: str = "docker") -> None:
        self._say = info
        self._place = place

    def check(self) -> None:
        """Paper is always there."""

    @contextlib.contextmanager
    def open(self, run: Run) -> Iterator[DryRunSession]:
        self._say(f"# {run.layer.label}: {run.verb}")
        if self._place == "docker":
            self._say(shlex.join(describe(Container.of(run, nonce="NONCE"))))
        else:
            self._say(f"cd {shlex.quote(str(run.home / 'tree' / run.work))}")
        yield DryRunSession(run, self._say, f"docker exec {run.name} " if self._place == "docker" else "")


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
