"""A fleet in which nothing changed, ten times as many tenants against one time: what grows faster than they do shows here."""

from __future__ import annotations

from functools import partial

import tenants
from fleet import argv, deploy, seed
from measure import Row, compared, rounds
from place import REGION, Place, info, run

FEW, MANY, LIMIT = 1_000, 10_000, 8


def measure(place: Place, pairs: int) -> list[Row]:
    works = [_look(place, count) for count in (FEW, MANY)]
    few, many = rounds(works, pairs)
    return [compared(f"{MANY:,} unchanged tenants, against {FEW:,}", many, few, LIMIT)]


def _look(place: Place, count: int) -> partial[object]:
    """The command on a stack of so many, each as its last apply left it."""
    stack = f"bench-unchanged-{count}"
    info(f"{count:,} tenants, as if they had been applied")
    names = tenants.lay_out(place, stack, count)
    deploy(place, stack, names[:1], "host")
    seed(place, stack, names[0])
    command = argv(place, "apply", stack, REGION, "--all-tenants", engine="host")
    return partial(run, command, place.folder, place.environment | place.mirror_configuration)
