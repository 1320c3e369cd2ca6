"""What a prompt waits for: the help and the list of stacks, once installed, against an empty Python; and what help imports."""

from __future__ import annotations

import re
from functools import partial

from measure import Row, compared, rounds
from place import CHECKOUT, Place, run

LIMITS = {"--help": 4, "stacks": 5}  # times an empty Python
FORBIDDEN = ("docker", "boto3", "botocore", "hcl2", "moto")


def measure(place: Place, pairs: int) -> list[Row]:
    python = partial(run, [place.python, "-c", "pass"], place.folder, place.environment)
    empty, *ours = rounds([python, *(partial(place.orchestrate, word) for word in LIMITS)], pairs)
    rows = [
        compared(f"orchestrate {word}, against an empty Python", times, empty, limit)
        for (word, limit), times in zip(LIMITS.items(), ours, strict=True)
    ]
    said = run([place.python, "-X", "importtime", "-m", "wrapper", "--help"], CHECKOUT, place.environment).stderr
    bad = sorted(imported(said) & set(FORBIDDEN))
    return [*rows, Row(f"modules of {', '.join(FORBIDDEN)} that help imports", len(bad), "modules", 0)]


def imported(said: str) -> set[str]:
    """The packages that ``python -X importtime`` names."""
    found = re.findall(r"^import time:.*\|\s*([\w.]+)$", said, re.MULTILINE)
    return {name.partition(".")[0] for name in found}
