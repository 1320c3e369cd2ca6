"""The state of a CloudWatch alarm over a metric, by its samples. Pure.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

OK, ALARM, UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
COMPARE = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Average": lambda samples: sum(samples) / len(samples),
    "Sum": sum,
    "Minimum": min,
    "Maximum": max,
    "SampleCount": lambda samples: float(len(samples)),
}


@dataclass(frozen=True)
class AlarmRule:
    comparison: str
    threshold: float
    statistic: str = "Average"
    period: int = 60
    periods: int = 1
    needed: int = 1  # datapoints to alarm
    missing: str = "missing"  # treat_missing_data


def datapoints(rule: AlarmRule, samples: Mapping[float, Sequence[float]], now: float) -> list[float | None]:
    """The last whole periods, newest first; None for one without a sample. ``samples``: by their time."""
    end = now // rule.period * rule.period
    return [_point(rule, samples, end - (n + 1) * rule.period) for n in range(rule.periods)]


def _point(rule: AlarmRule, samples: Mapping[float, Sequence[float]], begin: float) -> float | None:
    found = [value for at, values in samples.items() if begin <= at < begin + rule.period for value in values]
    return float(STATISTICS[rule.statistic](found)) if found else None


def state(rule: AlarmRule, points: Sequence[float | None], before: str) -> str:
    """After these datapoints. Where all are missing and that says nothing, an alarm knows nothing, or stays as it is."""
    if all(point is None for point in points) and rule.missing in ("missing", "ignore"):
        return before if rule.missing == "ignore" else UNKNOWN
    return ALARM if sum(_breaching(rule, point) for point in points) >= rule.needed else OK


def _breaching(rule: AlarmRule, point: float | None) -> bool:
    return rule.missing == "breaching" if point is None else COMPARE[rule.comparison](point, rule.threshold)


def reason(rule: AlarmRule, points: Iterable[float | None]) -> str:
    """In CloudWatch's words."""
    known = [point for point in points if point is not None]
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in rule.comparison).strip()
    listed = ", ".join(f"{point:.1f}" for point in known) or "no datapoints were received"
    return f"Threshold Crossed: {len(known)} datapoints [{listed}] against {words} ({rule.threshold:g})."
