"""Who ran when, laid out: lanes of bars in per cent of a width that is not known here. Knows no colour and no markup.

A lane is what one worker did, one layer after another; so a picture of a thousand tenants is as high as so many ran at
once, and no higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model.report import LayerResult
from .table import length

LEAST = 0.25  # per cent: what is shorter would not be seen
LABELLED = 4.0  # per cent: what is shorter has no room for a name
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


@dataclass(frozen=True)
class Bar:
    """``left`` and ``width`` in per cent, ``top`` in pixels."""

    result: LayerResult
    left: float
    width: float
    top: int

    @property
    def labelled(self) -> bool:
        return self.width >= LABELLED


@dataclass(frozen=True)
class Tick:
    """A mark on the axis: where, in per cent, and its words."""

    left: float
    text: str


@dataclass(frozen=True)
class Timeline:
    """``begin``: seconds since 1970. ``row``, ``high``: pixels. ``unseen``: layers that took no time to speak of."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    begin: float
    lanes: int
    row: int
    unseen: int

    @property
    def high(self) -> int:
        return self.lanes * self.row


def lay_out(results: Sequence[LayerResult]) -> Timeline:
    """Bars of those that began. What was found unchanged without Terraform took no time and is only counted."""
    began = [a for a in results if a.started is not None]
    drawn = sorted((a for a in began if _is_seen(a)), key=lambda a: (a.started or 0.0, a.label))
    if not drawn:
        return Timeline((), (), 0.0, 0, 0, len(began))
    begin = drawn[0].started or 0.0
    span = max(_end(a) for a in drawn) - begin or 1.0
    lanes = _lanes(drawn)
    count = max(lanes) + 1
    row = 26 if count <= 12 else 18 if count <= 32 else 9
    bars = tuple(_bar(a, lane * row, begin, span) for a, lane in zip(drawn, lanes, strict=True))
    return Timeline(bars, _ticks(span), begin, count, row, len(began) - len(drawn))


def _is_seen(result: LayerResult) -> bool:
    return result.result != "unchanged" or result.seconds >= 0.5


def _end(result: LayerResult) -> float:
    return (result.started or 0.0) + max(result.seconds, 0.0)


def _lanes(drawn: Sequence[LayerResult]) -> list[int]:
    """For each, from the earliest on, the first lane that is free by then. A hundredth of a second's overlap is a
    hand-over, not company."""
    free_from: list[float] = []
    found = []
    for result in drawn:
        began = (result.started or 0.0) + 0.01
        lane = next((n for n, end in enumerate(free_from) if end <= began), len(free_from))
        free_from[lane : lane + 1] = [_end(result)]
        found.append(lane)
    return found


def _bar(result: LayerResult, top: int, begin: float, span: float) -> Bar:
    width = min(max(100 * result.seconds / span, LEAST), 100.0)  # a moment is no finer than a quarter of a microsecond
    left = min(100 * ((result.started or 0.0) - begin) / span, 100 - width)
    return Bar(result, round(left, 3), round(width, 3), top)


def _ticks(span: float) -> tuple[Tick, ...]:
    """At most five after the zero, at round times, none so near the end that its words would be cut."""
    step = next((s for s in _STEPS if span / s <= 5), span / 5)
    return tuple(Tick(round(100 * n * step / span, 3), length(n * step)) for n in range(6) if n * step <= 0.85 * span)
