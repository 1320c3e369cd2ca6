"""One line of the table, and how a time is taken: medians of interleaved runs, with their spread."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured. ``limit`` bounds the ratio where there is one, else ``ours``; without a limit
    the row is there to be looked at."""

    measure: str
    ours: float
    unit: str
    limit: float | None = None
    bare: float | None = None
    ratio: float | None = None
    spread: str = ""

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return "-"
        return "ok" if (self.ours if self.ratio is None else self.ratio) <= self.limit else "over"


HEAD = ("measure", "ours", "bare", "ratio", "limit", "verdict", "spread")


def cells(row: Row) -> tuple[str, ...]:
    """A row as text."""
    return (
        row.measure,
        _shown(row.ours, row.unit),
        "-" if row.bare is None else _shown(row.bare, row.unit),
        "-" if row.ratio is None else f"{row.ratio:.2f}",
        "-" if row.limit is None else f"{row.limit:g} {row.unit if row.ratio is None else 'x'}",
        row.verdict,
        row.spread,
    )


def _shown(value: float, unit: str) -> str:
    return f"{value:.0f} {unit}" if unit in ("MB", "starts", "modules") else f"{value:.3f} {unit}"


def seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def rounds(works: Sequence[Callable[[], object]], count: int) -> list[list[float]]:
    """Seconds of each work in each of ``count`` rounds. The first goes last in every second round, so that
    a machine that slows down or speeds up on the way favours none of them. One round before is not counted."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(-1, count):
        order = list(enumerate(works))
        for index, work in order if number % 2 else reversed(order):
            took = seconds(work)
            if number >= 0:
                times[index].append(took)
    return times


def compared(measure: str, ours: Sequence[float], bare: Sequence[float], limit: float | None) -> Row:
    """Ours against bare, judged by the median of the ratios of each pair."""
    ratios = [a / b for a, b in zip(ours, bare, strict=True)]
    spread = f"quartiles {quartiles(ratios)}; ours {span(ours)} s; bare {span(bare)} s; {len(ratios)} pairs"
    middle = statistics.median
    return Row(measure, middle(ours), "s", limit, middle(bare), middle(ratios), spread)


def quartiles(values: Sequence[float]) -> str:
    """Half of the values lie between these two."""
    if len(values) < 2:
        return span(values)
    lower, _, upper = statistics.quantiles(values, n=4, method="inclusive")
    return f"{lower:.2f}..{upper:.2f}"


def span(values: Sequence[float]) -> str:
    return f"{min(values):.2f}..{max(values):.2f}"
