"""What a command does to the builds of a layer, as its report says it: from which to which, and where that comes from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..model.findings import BuildChange
from ..state.history import HistoryEntry
from ..state.record import DeploymentRecord
from ..terraform.arguments import destroys, partial
from ..terraform.build_variables import spelled
from ..terraform.caller_values import named
from . import build_words
from .prepared import PreparedLayer


def of(prepared: PreparedLayer, before: DeploymentRecord, reason: Mapping[str, Any]) -> tuple[BuildChange, ...]:
    """By name; () where the command gives none, or they are not known. ``before``: the layer's record; ``reason`` of the
    apply, as in a record. Nothing sensitive."""
    if not _gives_builds(prepared):
        return ()
    declared, after = prepared.root_request.request.declared, _after(prepared)
    earlier = {spelled(n, declared): number for n, number in before.builds.items()}
    known = {**earlier, **after}
    names = [
        n for n in sorted(known) if n not in before.sensitive_names and not (n in declared and declared[n].sensitive)
    ]
    alone = _overridden(prepared, reason)
    return tuple(
        BuildChange(n, earlier.get(n), after.get(n), (alone.get(n) or _origin(prepared, n)) if n in after else "")
        for n in names
    )


def _gives_builds(prepared: PreparedLayer) -> bool:
    """Not a plan file that does not say which: one that destroys, or an older one."""
    known = prepared.planned is None or bool(prepared.planned.inputs)
    return (prepared.verb.plans or prepared.verb.recorded) and known and not partial(prepared.tokens)


def _after(prepared: PreparedLayer) -> Mapping[str, str]:
    """A plan that destroys gives none either."""
    if destroys(prepared.verb, prepared.tokens) or any(t.flag == "destroy" for t in prepared.tokens):
        return {}
    return prepared.planned.builds if prepared.planned else prepared.builds


def _overridden(prepared: PreparedLayer, reason: Mapping[str, Any]) -> dict[str, str]:
    """What a promotion or a rollback gives is as if it had been typed: its own words for each."""
    words = HistoryEntry(reason=reason).reason_text
    return dict.fromkeys(named(prepared.root_request.overrides.tokens), words) if words else {}


def _origin(prepared: PreparedLayer, name: str) -> str:
    root_request = prepared.root_request
    if prepared.planned:
        return f"plan file {root_request.saved}"
    one = prepared.choices[name]
    if one.number == one.before and not one.given:
        return build_words.origin(one) if one.number != one.now.number else one.now.where
    within = f"; in {', '.join(one.services)}" if one.services and one.number != one.before else ""
    return build_words.reason(one) + within
