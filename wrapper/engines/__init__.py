"""Where Steps happen. An engine satisfies two small Protocols; which one is chosen is the caller's flag.

docker     one hardened container per layer (default)
host       the terraform on PATH
printing   on paper: shows the Steps and runs none (--dry-run)
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from ..model.nouns import Outcome, Run, Step

NAMES = ("docker", "host")
OutputCallback = Callable[[bytes, bool], None]  # what Terraform said, and whether on stderr


class Session(Protocol):
    """One layer, made ready: executes Steps one after the other."""

    def execute(self, step: Step, output: OutputCallback) -> Outcome:
        """Run one Step to its end; every byte it says goes to ``output``. Never raises for a Step that failed."""
        ...

    def stop(self) -> None:
        """Ask the running Step to end: exactly one signal, however often this is called."""
        ...


class Engine(Protocol):
    """A place where Steps happen."""

    name: str

    def check(self) -> None:
        """UnavailableError when the place is not there; asked before anything else is started."""
        ...

    def open(self, run: Run) -> AbstractContextManager[Session]:
        """Make a Run ready: hold its directory, start what must be started. Leaves nothing behind.
        Raises UnavailableError when the place is not there, BusyError when another run holds the layer."""
        ...
