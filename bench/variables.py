"""Effective variables of many tenants: seconds on one core, and memory, of a process that does nothing else."""

from __future__ import annotations

import os
import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path

from many import write_project
from measure import Row, seconds, span
from place import STACK, Failed, Place, info

COLD, WARM = 1_000, 10_000
SECONDS, MEGABYTES = 5.0, 200.0
RUNS = 3


@dataclass
class Child:
    """One run of compute.py: wall time from start to end, and the most memory it or a child of it held."""

    seconds: float = 0.0
    megabytes: float = 0.0


def measure(place: Place, _pairs: int) -> list[Row]:
    few, many = place.folder / "few", place.folder / "many"
    write_project(few, COLD)
    cold = [_compute(place, few, place.folder / f"cold-{n}", COLD) for n in range(RUNS)]
    info(f"variables of {WARM:,} tenants (the first time takes a while)")
    write_project(many, WARM)
    first = _compute(place, many, place.folder / "warm", WARM)
    warm = [_compute(place, many, place.folder / "warm", WARM) for _ in range(RUNS)]
    return [
        *_rows(f"variables of {COLD:,} tenants, cold", cold, SECONDS, MEGABYTES),
        *_rows(f"variables of {WARM:,} tenants, unchanged", warm, SECONDS, None),
        *_rows(f"variables of {WARM:,} tenants, cold", [first], None, None),
    ]


def _rows(what: str, children: list[Child], time_limit: float | None, memory_limit: float | None) -> list[Row]:
    times, sizes = [c.seconds for c in children], [c.megabytes for c in children]
    return [
        Row(what, statistics.median(times), "s", time_limit, spread=f"{span(times)} s; {len(times)} runs; one core"),
        Row(f"{what}: memory", max(sizes), "MB", memory_limit, spread=f"{span(sizes)} MB"),
    ]


def _compute(place: Place, root: Path, home: Path, tenants: int) -> Child:
    child = Child()
    child.seconds = seconds(lambda: _run(place, root, home, tenants, child))
    return child


def _run(place: Place, root: Path, home: Path, tenants: int, child: Child) -> None:
    argv = [place.python, str(Path(__file__).with_name("compute.py")), str(root), str(home), STACK]
    process = subprocess.Popen(argv, env=place.environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    child.megabytes = usage.ru_maxrss / 1024
    if process.returncode or not said.startswith(f"{tenants} "):
        raise Failed(f"{' '.join(argv)} ended with {process.returncode}: {said}")
