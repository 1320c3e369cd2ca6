"""What a person or a script reads: our words, Terraform's output, errors, tables, JSON. Prints; decides nothing.

All words but Terraform's go through here, and what of them a terminal would act on is written out: they come from records,
values and outputs, and may be a tenant's.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..model.errors import OrchestrateError
from ..reports.printable import visible, visible_json
from . import table

_NO_READER = (errno.EPIPE, errno.EIO, errno.EBADF)
_RED, _BOLD, _DIM, _RESET = "\x1b[31m", "\x1b[1m", "\x1b[2m", "\x1b[0m"


def unchanged(text: str) -> str:
    return text


class TerminalConsole:
    """stdout is for Terraform's output or the JSON asked for; all else goes to stderr. A reader that went
    away (``| head``, a closed terminal) mutes us, and the run goes on. It goes on too where stdout takes no more, as on a full
    disk; ``lost`` remembers why."""

    def __init__(
        self,
        *,
        color_out: bool,
        color_err: bool,
        data_only: bool = False,
        width: int = 0,
        completed: Callable[[str], str] = unchanged,
    ) -> None:
        self.completed = completed  # commands that a text suggests, with the options of this one
        self.color_out = color_out
        self.color_err = color_err
        self.width = width  # of a terminal; 0 where stdout is none
        self.data_only = data_only  # stdout is for JSON: Terraform's output goes to stderr
        self._lock = threading.RLock()  # a signal handler speaks too, perhaps in the middle of a word
        self.unread = False  # stdout's reader was seen to be gone
        self.lost: list[OSError] = []  # what the system said where stdout did not take all
        self._instead: Callable[[str], None] | None = None

    @contextlib.contextmanager
    def through(self, info: Callable[[str], None]) -> Iterator[None]:
        """While a live table is on the screen, words go above it."""
        self._instead = info
        try:
            yield
        finally:
            self._instead = None

    def output(self, data: bytes, is_error: bool) -> None:
        self._write(2 if is_error or self.data_only else 1, data)

    def info(self, text: str) -> None:
        self._info(visible(self.completed(text)))

    def _info(self, text: str, color: str = "") -> None:
        """``color`` of its first word."""
        if self._instead:
            return self._instead(text)
        if self.color_err and text.startswith("+ "):
            text = f"{_DIM}{text}{_RESET}"
        if self.color_err and color:
            head, space, rest = text.partition(" ")
            text = f"{color}{head}{_RESET}{space}{rest}"
        self._write(2, (text + "\n").encode("utf-8", "backslashreplace"))

    def print(self, text: str) -> None:
        self._line(visible(text))

    def _line(self, text: str) -> None:
        self._write(1, (text + "\n").encode("utf-8", "backslashreplace"))

    def confirm(self, question: str, wanted: str) -> bool:
        question = visible(question)
        text = f"{_BOLD}{question}{_RESET} " if self.color_err else question + " "
        self._write(2, text.encode("utf-8", "backslashreplace"))
        return sys.stdin.readline().strip() == wanted

    def ask(self, question: str, usual: str) -> str:
        """The answer at a terminal; ``usual`` where it is empty."""
        self._write(2, visible(f"{question} [{usual}]: ").encode("utf-8", "backslashreplace"))
        return sys.stdin.readline().strip() or usual

    def error(self, error: OrchestrateError) -> None:
        self._info(visible(self.completed(f"error: {error.message}")), _RED)
        if error.where:
            self.info(f"  where: {error.where}")
        if error.hint:
            self.info(f"  to do: {error.hint}")

    def json(self, data: Any, *, in_a_line: bool = False) -> None:
        """A document; of those that follow one another each ``in_a_line``."""
        import json

        self._line(visible_json(json.dumps(data, indent=None if in_a_line else 2, ensure_ascii=False, default=str)))

    def rendered(self, head: Sequence[str], rows: table.Rows) -> list[str]:
        """The lines of a table."""
        plain = table.plain(head, rows)
        if self.width and (self.color_out or max(map(len, plain)) > self.width):
            plain = table.fitted(head, rows, self.width, color=self.color_out)
        return plain

    def table(self, head: Sequence[str], rows: table.Rows) -> None:
        """In the columns of a terminal; elsewhere as wide as what it holds."""
        self.show(self.rendered(head, rows))

    def show(self, lines: Iterable[str]) -> None:
        """Lines that may be shown as they are."""
        for line in lines:
            self._line(line)

    def _write(self, descriptor: int, data: bytes) -> None:
        with self._lock:
            try:
                while data:
                    data = data[os.write(descriptor, data) :]
            except OSError as error:
                if descriptor == 1 and error.errno not in _NO_READER:
                    self.lost.append(error)
                elif descriptor == 1:
                    self.unread = True
                return

    def check_read(self) -> None:
        """BrokenPipeError where standard output has no reader any more: for what only prints, and would print for ever."""
        import select

        poll = select.poll()
        poll.register(1, 0)
        if self.unread or any(events & (select.POLLERR | select.POLLNVAL) for _, events in poll.poll(0)):
            raise BrokenPipeError


def _columns() -> int:
    import shutil  # it loads three archive formats, and a script needs no width

    return shutil.get_terminal_size().columns


def open_console(environ: Mapping[str, str], completed: Callable[[str], str] = unchanged) -> TerminalConsole:
    """Colour where a terminal shows it and NO_COLOR is not set (no-color.org)."""
    wanted = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    terminal = sys.stdout.isatty()
    return TerminalConsole(
        color_out=wanted and terminal,
        color_err=wanted and sys.stderr.isatty(),
        width=_columns() if terminal else 0,
        completed=completed,
    )


def error_data(error: OrchestrateError, completed: Callable[[str], str] = unchanged) -> dict[str, Any]:
    """An error as data, for ``--json``; a command that it suggests is that which the message shows."""
    texts = {"message": error.message, "where": error.where, "hint": error.hint}
    return {"error": {**{name: completed(text) for name, text in texts.items()}, "exit_code": error.exit_code}}
