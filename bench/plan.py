"""A no-change plan of the example's tenant through the tool, against ``plan`` alone by hand, initialised, on the same state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bare import Bare
from measure import Row, compared, rounds
from place import REGION, STACK, TENANT, Place, info

LIMITS = {"docker": 0.95, "host": 1.10}


def measure(place: Place, pairs: int) -> list[Row]:
    assert place.first_apply
    bare = Bare(place, STACK, TENANT)
    return [row for engine in LIMITS for row in _of_engine(place, bare, engine, pairs)]


def _of_engine(place: Place, bare: Bare, engine: str, pairs: int) -> list[Row]:
    """One engine at a time: each initialises the tenant's work directory for itself."""
    info(f"plans, {engine} engine")
    warm: list[Callable[[], object]] = [bare.plan, partial(_plan, place, engine)]
    cold: list[Callable[[], object]] = [bare.init_and_plan, partial(_init_and_plan, place, engine)]
    bare.init()
    by_hand, ours = rounds(warm, pairs)
    by_hand_cold, ours_cold = rounds(cold, max(1, pairs // 3))
    return [
        compared(f"no-change plan of a tenant, {engine} engine, against plan alone", ours, by_hand, LIMITS[engine]),
        compared(f"the same when both must init, {engine} engine", ours_cold, by_hand_cold, None),
    ]


def _plan(place: Place, engine: str) -> None:
    place.verb("plan", STACK, REGION, "-var", f"tenant={TENANT}", "-detailed-exitcode", engine=engine)


def _init_and_plan(place: Place, engine: str) -> None:
    place.forget_init(STACK, TENANT)
    _plan(place, engine)
