"""The console of a command, as all that runs sees it."""

from __future__ import annotations

from typing import Protocol


class Console(Protocol):
    """Where Terraform's output, our words and a question go."""

    def output(self, data: bytes, is_error: bool) -> None: ...
    def info(self, text: str) -> None: ...
    def confirm(self, question: str, wanted: str) -> bool: ...
