"""What a tenant's root gets of its slots: the variable ``allotment``, also in a move. Pure.

In a move a rule steps aside, to a higher number, for the rule that turns (modules/tenant-service/shared-load-balancer.tf). A rule
of a wider path, which contains that one's, would then come first; so it steps aside too, above both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ...terraform.path_patterns import contains
from .assignment import Paths
from .slots import ASIDE, TURNED, SlotTable

# The numbers of a move where the path contains one that moves, and of each that contains such a path again: a step of three bands
# of ninety, above ASIDE of the narrower ones, and below the catch-alls for nineteen paths one in another.
_ABOVE, _STEP = 4000, 300


def value(
    table: SlotTable, tenant: str, paths: Paths | None, leaving: Collection[str] = (), *, moving: bool = True
) -> dict[str, Any]:
    """``paths``: of its services that have one; None where the root takes none of them. ``leaving``: the services ("" for the
    catch-all) that move to another target group; not ``moving``: they have moved, and wider rules are still aside."""
    first, held = table.tenants[tenant].slot, leaving if moving else ()
    found = {"load_balancer": first.load_balancer, **_rule(first.priority, 0, moves="" in held)}
    if paths is None:
        return found
    levels, slots = _levels(paths, leaving), table.rules(tenant)
    rules = {s: _rule(slots[s].priority, levels[s], moves=s in held) for s in sorted(paths) if s in slots}
    return {**found, "rules": rules}


def turned(table: SlotTable, tenant: str, paths: Paths, leaving: Collection[str]) -> dict[str, int]:
    """The numbers of the rules that turn, by service."""
    found = value(table, tenant, paths, leaving)
    return {s: (found["rules"][s] if s else found)["moving"]["turned"] for s in leaving}


def wider(paths: Paths, leaving: Collection[str]) -> bool:
    """Whether rules of wider paths step aside too."""
    return any(_levels(paths, leaving).values())


def _rule(priority: int, level: int, *, moves: bool) -> dict[str, Any]:
    base = _ABOVE + _STEP * level
    if not moves:
        return {"priority": priority + (base if level else 0)}
    turn, aside = (
        (base, {kind: base + n for kind, n in zip(ASIDE, (100, 200), strict=True)}) if level else (TURNED, ASIDE)
    )
    return {
        "priority": priority,
        "moving": {"turned": priority + turn, "aside": {kind: priority + more for kind, more in aside.items()}},
    }


def _levels(paths: Paths, leaving: Collection[str]) -> Mapping[str, int]:
    """How many paths that move, or make way, are one in another within each."""
    found: dict[str, int] = {}
    for service in sorted(paths, key=lambda s: sum(contains(paths[s], other) for other in paths.values())):
        within = [o for o in found if contains(paths[service], paths[o]) and (o in leaving or found[o])]
        found[service] = max((1 + found[o] for o in within), default=0)
    return found
