"""What a tenant's root gets of its slots: the variable ``allotment``, also in a move. Pure.

In a move a rule steps aside, to a higher number, for the rule that turns. A rule of a wider path, which contains that one's, would
then come first; so the module takes it aside as far (modules/tenant-load-balancer/shared-load-balancer.tf), and where it moves too,
all its numbers are above those of the narrower one. After a move wider rules wait until the narrower have their own numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ...model.path_patterns import contains
from .assignment import Paths
from .slots import ASIDE, TURNED, SlotTable, key_of

# The numbers of a path that contains one that moves, and of each that contains such a path again: a step of four bands of ninety,
# above ASIDE of the narrower ones, and below the catch-alls for fourteen paths one in another.
_ABOVE, _STEP, _WAITING = 4000, 400, 300


def value(
    table: SlotTable, tenant: str, paths: Paths | None, leaving: Collection[str] = (), *, moving: bool = True
) -> dict[str, Any]:
    """``paths``: of its services that have one; None where the root takes none of them. ``leaving``: the services ("" for the
    catch-all) that move to another target group; not ``moving``: they have moved, and wider rules are still aside."""
    first, levels, slots = table.tenants[tenant].slot, _levels(paths or {}, leaving), table.rules(tenant)
    found = {"load_balancer": first.load_balancer, **_rule(first.priority, 0, moves=moving and "" in leaving)}
    if paths is None:
        return found
    rules = {s: _rule(slots[s].priority, levels[s], moves=moving and s in leaving) for s in sorted(paths) if s in slots}
    for service, rule in rules.items():
        rule |= {"joining": True} if table.tenants[key_of(tenant, service)].joining else {}
        if levels[service] and not moving:
            rule["priority"] += _base(levels[service]) + _WAITING
    return {**found, "rules": rules}


def turned(table: SlotTable, tenant: str, paths: Paths, leaving: Collection[str]) -> dict[str, int]:
    """The numbers of the rules that turn, by service."""
    found = value(table, tenant, paths, leaving)
    return {s: (found["rules"][s] if s else found)["moving"]["turned"] for s in leaving}


def wider(paths: Paths, leaving: Collection[str]) -> bool:
    """Whether there are rules of wider paths."""
    return any(_levels(paths, leaving).values())


def _rule(priority: int, level: int, *, moves: bool) -> dict[str, Any]:
    if not moves:
        return {"priority": priority}
    base = _base(level)
    turn, aside = (base, {kind: base + 100 * n for n, kind in enumerate(ASIDE, 1)}) if level else (TURNED, ASIDE)
    moving = {"turned": priority + turn, "aside": {kind: priority + more for kind, more in aside.items()}}
    return {"priority": priority, "moving": moving}


def _base(level: int) -> int:
    return _ABOVE + _STEP * level


def _levels(paths: Paths, leaving: Collection[str]) -> Mapping[str, int]:
    """How many paths that move, or make way, are one in another within each."""
    found: dict[str, int] = {}
    for service in sorted(paths, key=lambda s: sum(contains(paths[s], other) for other in paths.values())):
        within = [o for o in found if contains(paths[service], paths[o]) and (o in leaving or found[o])]
        found[service] = max((1 + found[o] for o in within), default=0)
    return found
