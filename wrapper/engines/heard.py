"""What a Step says while it runs: passed on as it comes, the last of it kept, and a state in it kept apart."""

from __future__ import annotations

from typing import Any

from ..model.nouns import Outcome, Step
from ..terraform.state_dump import StateDump
from . import OutputCallback
from .output_tail import Tail


class Heard:
    """Of one Step. Only one that changes something may print a state that it could not save; another prints one because it was
    asked to (``state pull``)."""

    def __init__(self, step: Step, output: OutputCallback) -> None:
        self._output = output
        self._accepts = step.accepts
        self._tail, self._errors = Tail(), Tail()
        self._dumps = {False: StateDump(), True: StateDump()} if step.mutates else {}

    def add(self, data: bytes, is_error: bool) -> None:
        dump = self._dumps.get(is_error)
        self._pass(dump.feed(data) if dump else data, is_error)

    def outcome(self, code: int, **more: Any) -> Outcome:
        """The Step has ended with this code."""
        for is_error, dump in self._dumps.items():
            self._pass(dump.end(), is_error)
        unsaved = b"".join(dump.found for dump in self._dumps.values())
        return Outcome(code, code in self._accepts, self._tail.text(), self._errors.text(), unsaved=unsaved, **more)

    def _pass(self, data: bytes, is_error: bool) -> None:
        if data:
            self._tail.add(data)
            if is_error:
                self._errors.add(data)
            self._output(data, is_error)
