"""A no-change plan of the example's tenant through the tool, against init and plan by hand on the same state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bare import Bare
from measure import Row, compared, rounds
from place import REGION, STACK, TENANT, Place, info

LIMITS = {"docker": 1.15, "host": 1.05}


def measure(place: Place, pairs: int) -> list[Row]:
    assert place.deployed
    bare = Bare(place, STACK, TENANT)
    return [row for engine in LIMITS for row in _of_engine(place, bare, engine, pairs)]


def _of_engine(place: Place, bare: Bare, engine: str, pairs: int) -> list[Row]:
    """One engine at a time: each initialises the tenant's work directory for itself."""
    info(f"plans, {engine} engine")
    works: list[Callable[[], object]] = [bare.plan, partial(_plan, place, engine), partial(_plan_anew, place, engine)]
    by_hand, warm, cold = rounds(works, pairs)
    return [
        compared(f"no-change plan of a tenant, {engine} engine", warm, by_hand, LIMITS[engine]),
        compared(f"the same when it must init, {engine} engine", cold, by_hand, None),
    ]


def _plan(place: Place, engine: str) -> None:
    place.verb("plan", STACK, REGION, "-var", f"tenant={TENANT}", "-detailed-exitcode", engine=engine)


def _plan_anew(place: Place, engine: str) -> None:
    place.forget_init(STACK, TENANT)
    _plan(place, engine)
