"""How many tasks a scaling policy wants, as Application Auto Scaling reckons. Pure.

https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf
from typing import Any

TRACKS_IN = 0.9  # of the target: below it, target tracking takes tasks away


@dataclass(frozen=True)
class Activity:
    """The last thing that a policy did to a service."""

    at: float
    before: int
    after: int
    cooldown: float

    def binds(self, now: float) -> bool:
        return now - self.at < self.cooldown


def stepped(current: int, steps: Sequence[Mapping[str, Any]], kind: str, breach: float) -> int:
    """``breach``: how far the metric is above the alarm's threshold, or below it as a negative number."""
    found = next((float(step["ScalingAdjustment"]) for step in steps if _holds(step, breach)), None)
    if found is None:
        return current
    if kind == "ExactCapacity":
        return round(found)
    return current + _change(current * found / 100 if kind == "PercentChangeInCapacity" else found)


def _holds(step: Mapping[str, Any], breach: float) -> bool:
    lower, upper = (
        float(step.get(f"MetricInterval{end}Bound", else_)) for end, else_ in (("Lower", -inf), ("Upper", inf))
    )
    return lower <= breach < upper if lower >= 0 else lower < breach <= upper


def _change(wanted: float) -> int:
    """Toward zero, and one at least."""
    return (max(1, floor(wanted)) if wanted > 0 else min(-1, ceil(wanted))) if wanted else 0


def tracked(current: int, metric: float, target: float) -> int:
    """So many that the metric comes to its target."""
    return max(1, ceil(current * metric / target))


def allowed(current: int, wanted: int, bounds: tuple[int, int], last: Activity | None, now: float) -> int:
    """Never beyond the target's bounds. While a cooldown lasts nothing is taken away, and to what was added only what is more
    than that is added."""
    lower, upper = bounds
    if last and last.binds(now) and (wanted < current or last.after > last.before):
        wanted = max(current, last.before + (wanted - current)) if wanted > current else current
    return min(max(wanted, lower), upper)
