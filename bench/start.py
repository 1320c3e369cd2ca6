"""A shell prompt's patience: the help and the list of stacks, once installed; and what help imports."""

from __future__ import annotations

import re
import statistics
from functools import partial

from measure import Row, rounds, span
from place import CHECKOUT, Place, run

LIMIT = 0.15
FORBIDDEN = ("docker", "boto3", "botocore", "hcl2", "moto")


def measure(place: Place, pairs: int) -> list[Row]:
    python = [place.python, "-c", "pass"]
    works = [
        partial(run, python, place.folder, place.environment),
        partial(place.orchestrate, "--help"),
        partial(place.orchestrate, "stacks"),
    ]
    floor, *ours = rounds(works, 3 * pairs)
    rows = [
        Row(
            f"orchestrate {name}", statistics.median(times), "s", LIMIT, statistics.median(floor), spread=_spread(times)
        )
        for name, times in zip(("--help", "stacks"), ours, strict=True)
    ]
    said = run([place.python, "-X", "importtime", "-m", "wrapper", "--help"], CHECKOUT, place.environment).stderr
    bad = sorted(imported(said) & set(FORBIDDEN))
    return [*rows, Row(f"modules of {', '.join(FORBIDDEN)} that help imports", len(bad), "modules", 0)]


def imported(said: str) -> set[str]:
    """The packages that ``python -X importtime`` names."""
    found = re.findall(r"^import time:.*\|\s*([\w.]+)$", said, re.MULTILINE)
    return {name.partition(".")[0] for name in found}


def _spread(times: list[float]) -> str:
    return f"{span(times)} s; {len(times)} runs; bare is an empty Python"
