"""What a command answered: its exit code, what it printed, what it said; and a dry run's steps read back."""

from __future__ import annotations

import shlex
from typing import NamedTuple


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def steps(self) -> list[list[str]]:
        """Each printed ``terraform ...``, as the argv it stands for."""
        words = shlex.split(self.out)
        starts = [i for i, word in enumerate(words) if word == "terraform"]
        ends = [*(i for i, word in enumerate(words) if word in ("#", "docker", "cd")), len(words)]
        return [words[start : min(e for e in ends if e > start + 1)] for start in starts]

    def step(self, verb: str) -> list[str]:
        """The arguments of the one step of that verb."""
        (found,) = [words[2:] for words in self.steps if words[1] == verb]
        return found
