"""What grows with what: memory with jobs, cost with what changed; and neither with the number of tenants."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import cost
import tenants
from cost import Cost
from fleet import argv, deploy, seed
from measure import Row
from place import CHECKOUT, REGION, Place, info

SIZES = (10, 24, 100, 1_000, 10_000)
JOBS = (1, 2, 3, 4, 6, 8)
TENANTS = 12  # of that measure; most of the numbers above divide it
ALL = 24  # up to so many all changed is measured; what draws larger numbers scales it
LARGEST = 200.0  # MB that our own process may hold, however many tenants


def measure(place: Place, _pairs: int) -> list[Row]:
    return [*(row for size in SIZES for row in _of_size(place, size)), *_fakes(place), *_jobs(place)]


def _jobs(place: Place) -> list[Row]:
    """The same tenants, more and more of them side by side; Terraform and the provider among the processes."""
    stack = "bench-jobs"
    rows: list[Row] = []
    names = tenants.lay_out(place, stack, TENANTS)
    deploy(place, stack, names, "host")
    for jobs in JOBS:
        info(f"{jobs} side by side")
        tenants.change(place, stack, names, f"jobs {jobs}")
        took = _cost(place, stack, "--tenants", "t*", "--jobs", str(jobs))
        spread = f"{took.seconds:.1f} s, {took.cpu:.1f} s of processors; ours alone {took.own:.0f} MB"
        rows.append(
            Row(f"{len(names)} tenants applied, {jobs} side by side: memory", took.together, "MB", spread=spread)
        )
    return rows


def _of_size(place: Place, size: int) -> list[Row]:
    stack = f"bench-{size}"
    info(f"{size:,} tenants")
    names = tenants.lay_out(place, stack, size)
    deploy(place, stack, names[:3], "host")
    seed(place, stack, names[0])
    _cost(place, stack, "--all-tenants")  # what is remembered from then on
    rows = []
    for changed in dict.fromkeys((0, 3, size) if size <= ALL else (0, 3)):
        tenants.change(place, stack, names[:changed], f"{changed} changed")
        rows += _rows(place, size, changed)
    return rows


def _rows(place: Place, size: int, changed: int) -> list[Row]:
    """A command whose requests are counted takes no longer for it."""
    file = place.folder / "asked"
    script = str(Path(__file__).with_name("counted.py"))
    took = _cost(place, f"bench-{size}", "--all-tenants", start=[place.python, script, str(file)])
    asked = int(file.read_text())
    point = {"tenants": size, "changed": changed, "seconds": took.seconds, "cpu": took.cpu, "requests": asked}
    place.points.append(point | {"megabytes": took.own})
    what = f"{size:,} tenants, {changed} changed"
    return [
        Row(what, took.seconds, "s", spread=f"{took.cpu:.2f} s of processors; {asked} requests of ours to S3"),
        Row(f"{what}: memory, ours", took.own, "MB", None if changed else LARGEST),
    ]


def _cost(place: Place, stack: str, *arguments: str, start: Sequence[str] = ()) -> Cost:
    """What an apply takes; ``start``: what stands in place of the executable."""
    executable, *words = argv(place, "apply", stack, REGION, *arguments, engine="host")
    return cost.of([*(start or [executable]), *words], place.folder, place.environment | place.mirror_configuration)


def _fakes(place: Place) -> list[Row]:
    """All changed, and an engine that does nothing: what the tool itself holds and takes."""
    environment = place.environment | {"PYTHONPATH": os.pathsep.join([str(CHECKOUT), str(Path(__file__).parent)])}
    script, rows = str(Path(__file__).with_name("fake.py")), []
    for size in SIZES:
        info(f"{size:,} tenants, an engine that does nothing")
        stack = f"bench-fake-{size}"
        tenants.lay_out(place, stack, size, 'path = ".states"\n')
        took = cost.of(
            [place.python, script, str(place.root), stack, "2"], place.folder, place.environment | environment
        )
        spread = f"{took.seconds:.1f} s, {took.seconds / size * 1000:.0f} ms each"
        rows.append(
            Row(
                f"{size:,} tenants, all changed, an engine that does nothing: memory, ours",
                took.own,
                "MB",
                None,
                spread=spread,
            )
        )
    return rows
