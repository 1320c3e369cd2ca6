"""What a prompt waits for: the help and the list of stacks, once installed, against an empty Python; and what help imports."""

from __future__ import annotations

import re
from functools import partial

from measure import Row, compared, rounds
from place import CHECKOUT, Place, run

LIMITS = {"--help": 4, "stacks": 5}  # times an empty Python
PYTHONS = ("pass", "import click")
FORBIDDEN = ("docker", "boto3", "botocore", "hcl2", "moto")


def measure(place: Place, pairs: int) -> list[Row]:
    pythons = (partial(run, [place.python, "-c", words], place.folder, place.environment) for words in PYTHONS)
    mine = (partial(place.orchestrate, word, ORCHESTRATE_HOME="") for word in LIMITS)  # as most call it
    empty, click, *ours = rounds([*pythons, *mine], pairs)
    rows = [
        compared("a Python that imports click, against an empty one", click, empty, None),
        *(
            compared(f"orchestrate {word}, against an empty Python", times, empty, limit)
            for (word, limit), times in zip(LIMITS.items(), ours, strict=True)
        ),
    ]
    said = run([place.python, "-X", "importtime", "-m", "wrapper", "--help"], CHECKOUT, place.environment).stderr
    bad = sorted(imported(said) & set(FORBIDDEN))
    return [*rows, Row(f"modules of {', '.join(FORBIDDEN)} that help imports", len(bad), "modules", 0)]


def imported(said: str) -> set[str]:
    """The packages that ``python -X importtime`` names."""
    found = re.findall(r"^import time:.*\|\s*([\w.]+)$", said, re.MULTILINE)
    return {name.partition(".")[0] for name in found}
