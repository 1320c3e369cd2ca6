"""What a fleet costs by its size, as a picture.

Three panels on logarithmic scales. A point is a measurement; where all changed, larger numbers are scaled, and dashed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from fleet_figures import SIZES, Points, value

PANELS = (("seconds", "seconds"), ("cpu", "processor seconds"), ("requests", "our requests to S3"))
LINES = (("none", "nothing changed"), ("three", "3 changed"), ("all", "all changed"))
TICKS = (10, 100, 1_000, 10_000)
WIDE, HIGH, LEFT, TOP, GAP = 230, 230, 62, 84, 74
STYLE = """
    text { fill: #1f2328; font-size: 13px } .small { fill: #57606a; font-size: 12px }
    .grid { stroke: #d0d7de; stroke-width: 1 } .page { fill: #ffffff }
    .line { fill: none; stroke-width: 2.2 } .scaled { stroke-dasharray: 5 4 }
    .none { stroke: #0969da } .three { stroke: #9a6700 } .all { stroke: #cf222e }
    circle.none { fill: #0969da } circle.three { fill: #9a6700 } circle.all { fill: #cf222e }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .small { fill: #9198a1 } .grid { stroke: #30363d } .page { fill: #0d1117 }
      .none { stroke: #58a6ff } .three { stroke: #d29922 } .all { stroke: #ff7b72 }
      circle.none { fill: #58a6ff } circle.three { fill: #d29922 } circle.all { fill: #ff7b72 }
    }
"""


def picture(points: Points) -> str:
    """The SVG. Light or dark as the reader's own."""
    width, height = LEFT + len(PANELS) * (WIDE + GAP) - GAP + 24, TOP + HIGH + 58
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="Helvetica, Arial, sans-serif">'
    parts = [
        head,
        f"  <style>{STYLE}  </style>",
        f'  <rect class="page" width="{width}" height="{height}"/>',
        *_legend(),
    ]
    for number, (kind, title) in enumerate(PANELS):
        parts += _panel(points, kind, title, LEFT + number * (WIDE + GAP))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend() -> Iterator[str]:
    for number, (name, words) in enumerate(LINES):
        x = LEFT + number * 160
        yield f'  <line class="line {name}" x1="{x}" y1="24" x2="{x + 26}" y2="24"/>'
        yield f'  <text x="{x + 34}" y="28">{words}</text>'
    x = LEFT + len(LINES) * 160
    yield f'  <line class="line all scaled" x1="{x}" y1="24" x2="{x + 26}" y2="24"/>'
    yield f'  <text x="{x + 34}" y="28">scaled from 24 tenants</text>'


def _panel(points: Points, kind: str, title: str, left: int) -> Iterator[str]:
    series = {name: [value(points, kind, n, _changed(name, n)) for n in SIZES] for name, _ in LINES}
    low = math.floor(math.log10(min(map(min, series.values()))))
    high = math.ceil(math.log10(max(map(max, series.values()))))

    def place(size: float, amount: float) -> tuple[float, float]:
        x = left + (math.log10(size) - 1) / 3 * WIDE
        return round(x, 1), round(TOP + HIGH - (math.log10(amount) - low) / (high - low) * HIGH, 1)

    yield f'  <text x="{left}" y="{TOP - 18}">{title}</text>'
    for power in range(low, high + 1):
        _, y = place(10, 10.0**power)
        yield f'  <line class="grid" x1="{left}" y1="{y}" x2="{left + WIDE}" y2="{y}"/>'
        yield f'  <text class="small" x="{left - 8}" y="{y + 4}" text-anchor="end">{10.0**power:,g}</text>'
    for size in TICKS:
        x, _ = place(size, 10.0**low)
        yield f'  <text class="small" x="{x}" y="{TOP + HIGH + 20}" text-anchor="middle">{size:,}</text>'
    yield f'  <text class="small" x="{left + WIDE / 2}" y="{TOP + HIGH + 42}" text-anchor="middle">tenants</text>'
    for name, amounts in series.items():
        at = [place(size, amount) for size, amount in zip(SIZES, amounts, strict=True)]
        yield from _curve(name, at, [(size, _changed(name, size)) in points for size in SIZES])


def _curve(name: str, at: Sequence[tuple[float, float]], measured: Sequence[bool]) -> Iterator[str]:
    known = measured.count(True)
    for kind, part in (("", at[:known]), (" scaled", at[known - 1 :])):
        if len(part) > 1:
            yield f'  <polyline class="line {name}{kind}" points="{" ".join(f"{x},{y}" for x, y in part)}"/>'
    for (x, y), yes in zip(at, measured, strict=True):
        if yes:
            yield f'  <circle class="{name}" cx="{x}" cy="{y}" r="3"/>'


def _changed(name: str, size: int) -> int:
    return {"none": 0, "three": 3, "all": size}[name]
