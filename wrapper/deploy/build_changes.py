"""What a command does to the builds of a layer, as its report says it: from which to which, and where that comes from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..reports.model import BuildChange
from ..state.history import HistoryEntry
from ..state.record import DeploymentRecord
from ..terraform.arguments import destroys, partial, typed_values
from .prepared import PreparedLayer

_DEPLOYS = ("plan", "apply", "destroy")


def of(prepared: PreparedLayer, before: DeploymentRecord, why: Mapping[str, Any]) -> tuple[BuildChange, ...]:
    """By name; () where the command gives none, or they are not known. ``before``: the layer's record; ``why``: the
    reason of the apply, as in a record. Nothing sensitive."""
    if not _gives_builds(prepared):
        return ()
    declared, after = prepared.root_request.request.declared, _after(prepared)
    sensitive = {*before.hidden, *(n for n, variable in declared.items() if variable.sensitive)}
    origins = _origins(prepared, why)
    return tuple(
        BuildChange(n, before.builds.get(n), after.get(n), origins.get(n, "") if n in after else "")
        for n in sorted({*before.builds, *after} - sensitive)
    )


def _gives_builds(prepared: PreparedLayer) -> bool:
    """Not a plan file that does not say which: one that destroys, or an older one."""
    known = prepared.planned is None or bool(prepared.planned.inputs)
    return prepared.verb.name in _DEPLOYS and known and not partial(prepared.tokens)


def _after(prepared: PreparedLayer) -> Mapping[str, str]:
    """A plan that destroys gives none either."""
    if destroys(prepared.verb, prepared.tokens) or any(t.flag == "destroy" for t in prepared.tokens):
        return {}
    return prepared.planned.builds if prepared.planned else prepared.builds


def _origins(prepared: PreparedLayer, why: Mapping[str, Any]) -> dict[str, str]:
    """Of a promotion and of a rollback their own words: what they give is as if it had been typed."""
    root_request = prepared.root_request
    if prepared.planned:
        return dict.fromkeys(prepared.planned.builds, f"plan file {root_request.saved}")
    reason = HistoryEntry(why=why).reason
    origins = {name: variable.where for name, variable in root_request.request.declared.items()}
    origins |= {name: value.origin for name, value in {**prepared.values, **root_request.typed}.items()}
    alone = [a.name for a in typed_values(root_request.own.tokens)] if reason else []
    return origins | dict.fromkeys(alone, reason)
