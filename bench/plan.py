"""A no-change plan of the example's tenant through the tool, against init and plan by hand on the same state."""

from __future__ import annotations

from functools import partial

from bare import Bare
from measure import Row, compared, rounds
from place import REGION, STACK, TENANT, Place

LIMITS = {"docker": 1.15, "host": 1.05}


def measure(place: Place, pairs: int) -> list[Row]:
    place.deployed  # noqa: B018 (made on first sight)
    bare = Bare(place, STACK, TENANT)
    ours = {engine: partial(_plan, place, engine) for engine in LIMITS}
    by_hand, *through = rounds([bare.plan, *ours.values()], pairs)
    return [
        compared(f"no-change plan of a tenant, {engine} engine", times, by_hand, LIMITS[engine])
        for engine, times in zip(ours, through, strict=True)
    ]


def _plan(place: Place, engine: str) -> None:
    place.verb("plan", STACK, REGION, "-var", f"tenant={TENANT}", "-detailed-exitcode", engine=engine)
