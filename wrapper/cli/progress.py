"""A run over many layers, looked at while it goes: a live table on a terminal, elsewhere a line for each event.

Terraform's output goes into one log file a layer; where it is what was asked for (output, show ...) it is printed
too, each line led by its tenant.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..fleet.logs import LayerLog, Logs
from ..model.report import LayerResult
from ..model.stack import Layer
from ..reports.printable import visible, visible_line
from ..reports.table import length
from .console import TerminalConsole

if TYPE_CHECKING:
    from rich.console import RenderableType

KEEP_ALIVE = 30.0  # seconds without a word, after which one is said: a pipeline's agent counts silence as death
_SHOWN = 20  # rows of a live table


@dataclass
class Running:
    """A layer that runs: since when, and its log."""

    log: LayerLog
    since: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.since


class PlainProgress:
    """One line for each event, and one every half minute when there is none."""

    def __init__(self, console: TerminalConsole, logs: Logs, *, speaks: bool, every: float = KEEP_ALIVE) -> None:
        self._console = console
        self._logs = logs
        self._speaks = speaks
        self._every = every
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._spoke = time.monotonic()
        self.running: dict[str, Running] = {}
        self.counts = {"succeeded": 0, "unchanged": 0, "failed": 0, "stopped": 0, "excluded": 0}
        self.waiting = 0

    @contextlib.contextmanager
    def looking_on(self) -> Iterator[PlainProgress]:
        thread = threading.Thread(target=self._keep_alive, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    # -- what the fleet tells -----------------------------------------------------------------

    def began(self, names: Sequence[str], jobs: int) -> None:
        with self._lock:
            self.waiting = len(names)
        self.info(f"{self._to_run(names)}; {jobs} at a time (--jobs); logs: {self._logs.folder}")

    def _to_run(self, names: Sequence[str]) -> str:
        settled = f"; {self.counts['unchanged']} unchanged" if self.counts["unchanged"] else ""
        return f"{'1 tenant' if len(names) == 1 else f'{len(names)} tenants'} to run{settled}"

    def console(self, layer: Layer) -> LayerConsole:
        log = self._logs.open(layer)
        with self._lock:
            self.running[layer.label] = Running(log)
            self.waiting = max(0, self.waiting - 1) if layer.tenant else self.waiting
        self.event(layer.tenant or layer.stack.name, "started")
        return LayerConsole(self._console, log, layer.tenant or layer.stack.name, speaks=self._speaks)

    def log(self, layer: Layer) -> str:
        return str(self._logs.path(layer))

    def ended(self, result: LayerResult) -> None:
        with self._lock:
            ran = self.running.pop(result.label, None)
            self.counts[result.result] += 1
        if ran or not result.ok:
            self.event(result.tenant or result.stack, _ending(result))

    def info(self, text: str) -> None:
        self._spoke = time.monotonic()
        self._console.info(text)

    def event(self, name: str, text: str) -> None:
        self.info(f"{name} | {text}")

    def _keep_alive(self) -> None:
        while not self._over.wait(min(self._every, 1.0) if self._every < 1 else 1.0):
            if time.monotonic() - self._spoke < self._every:
                continue
            with self._lock:
                each = [f"{n.rpartition('/')[2]} ({length(r.seconds)})" for n, r in self.running.items()]
            if each:
                self.info(f"still running: {', '.join(each)}; {self.waiting} waiting, {self.done} done")

    @property
    def done(self) -> int:
        return self.counts["succeeded"] + self.counts["failed"] + self.counts["stopped"]


class DryRunProgress(PlainProgress):
    """Nothing runs and nothing succeeds: who would, in which order, and what is wrong already."""

    def began(self, names: Sequence[str], jobs: int) -> None:
        self.info(f"{self._to_run(names)}; dry run, in this order")

    def console(self, layer: Layer) -> LayerConsole:
        return LayerConsole(self._console, LayerLog(Path(os.devnull)), layer.tenant or layer.stack.name, speaks=False)

    def log(self, layer: Layer) -> str:
        return ""


def _ending(result: LayerResult) -> str:
    changes = result.changes
    counts = f" +{changes.added} ~{changes.changed} -{changes.destroyed}" if changes else ""
    reason = f": {result.summary}" if not result.ok else ""
    return f"{result.result}{counts} ({length(result.seconds)}){reason}"


class LiveProgress(PlainProgress):
    """The same on a terminal: the layers that run, their last words, and how far it is. The table is there from the
    first layer on: before that there may be a question to answer."""

    def __init__(self, console: TerminalConsole, logs: Logs, *, speaks: bool) -> None:
        super().__init__(console, logs, speaks=speaks)
        self._began = 0.0
        self._screen = contextlib.ExitStack()
        self._shown = False

    @contextlib.contextmanager
    def looking_on(self) -> Iterator[PlainProgress]:
        with self._screen:
            yield self

    def console(self, layer: Layer) -> LayerConsole:
        with self._lock:
            if not self._shown:
                self._show()
        return super().console(layer)

    def _show(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._shown, self._began = True, time.monotonic()
        terminal = Console(stderr=True, highlight=False)

        def info(text: str) -> None:
            terminal.print(text, markup=False, soft_wrap=True)  # a path that is cut in two is no path

        self._screen.enter_context(
            Live(self, console=terminal, refresh_per_second=4, transient=True, redirect_stdout=False)
        )
        self._screen.enter_context(self._console.through(info))

    def event(self, name: str, text: str) -> None:
        if text != "started":  # the table shows it
            super().event(name, text)

    def __rich_console__(self, console: Any, session: Any) -> Iterator[RenderableType]:
        from rich.table import Table

        with self._lock:
            rows = sorted(self.running.items(), key=lambda item: item[1].since)
        shown = max(1, min(_SHOWN, console.height - 4))
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True, overflow="ellipsis", max_width=max(8, console.width // 3))
        table.add_column(no_wrap=True, justify="right")
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1, style="dim")
        for label, one in rows[:shown]:
            table.add_row(_plain(label.rpartition("/")[2]), length(one.seconds), _plain(one.log.last))
        yield _head(self, time.monotonic() - self._began)
        yield table
        if len(rows) > shown:
            yield _plain(f"and {len(rows) - shown} more")


def _head(progress: PlainProgress, seconds: float) -> RenderableType:
    """How far it is, on one line."""
    from rich.text import Text

    counts = progress.counts
    bad = counts["failed"] + counts["stopped"]
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{length(seconds)}: {len(progress.running)} running, {progress.waiting} waiting", style="bold")
    text.append(f", {counts['succeeded']} done, {counts['unchanged']} unchanged")
    text.append(f", {bad} failed", style="bold red") if bad else None
    return text


def _plain(text: str) -> RenderableType:
    from rich.text import Text

    return Text(visible_line(text))


class LayerConsole:
    """The console of one layer of many: its log; stdout too, where the output is what was asked for, or no log can take it."""

    def __init__(self, console: TerminalConsole, log: LayerLog, name: str, *, speaks: bool) -> None:
        self._console = console
        self._log = log
        self._prefix = f"{name} | ".encode()
        self._speaks = speaks
        self._rest = {False: b"", True: b""}
        self._lock = threading.Lock()

    def output(self, data: bytes, is_error: bool) -> None:
        kept = self._log.write(data)
        if kept and (not self._speaks or is_error):
            return
        with self._lock:
            *lines, self._rest[is_error] = (self._rest[is_error] + data).split(b"\n")
            text = b"".join(self._prefix + line + b"\n" for line in lines)
            if text:
                self._console.output(text, is_error or not self._speaks)

    def close(self) -> None:
        """A last line without an end (``output -raw``) is a line."""
        for is_error in (False, True):
            if self._rest[is_error]:
                self.output(b"\n", is_error)

    def info(self, text: str) -> None:
        self.output(visible(text).encode("utf-8", "backslashreplace") + b"\n", True)

    def confirm(self, question: str, wanted: str) -> bool:
        return self._console.confirm(question, wanted)


def open_progress(
    console: TerminalConsole, logs: Logs, *, terminal: bool, speaks: bool, dry: bool = False
) -> PlainProgress:
    """The one that fits: a table on a terminal, lines elsewhere and where Terraform's output is what was asked for."""
    kind = DryRunProgress if dry else LiveProgress if terminal and not speaks else PlainProgress
    return kind(console, logs, speaks=speaks)
