"""``vars --merge-diff``: what the two rules of merging read in two ways, in the layers of a stack."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..model.errors import OrchestrateError
from ..model.report import worst
from ..model.stack import Layer
from ..terraform.merging import DEEP, REPLACE, MergeDifference

if TYPE_CHECKING:
    from ..deploy.inputs import InputResolver
    from .session import CliSession

_STATE = {True: "yes", False: "no", None: "not known"}


def show(session: CliSession, resolver: InputResolver, layer: Layer, given: Collection[str]) -> int:
    """Of a tenant, or of the stack layer and all tenants. ``given``: names whose values the command line gives."""
    console, stack = session.console, layer.stack
    layers = [layer] if layer.tenant else _layers(session, resolver)
    rows, errors = [], []
    for one, found in _looked(resolver, layers):
        if isinstance(found, OrchestrateError):
            errors.append(found)
        else:
            rows += [(one, d) for d in found if d.variable.name not in given]
    data = [_data(one, d, resolver.merge_choice.has_state(one)) for one, d in rows]
    if session.options.json:
        console.json(data)
    elif data:
        console.table(("layer", "key", "merged", "replaced", "from", "has a state"), [_cells(row) for row in data])
    for error in errors:
        console.error(error)
    says = f'merge = "{stack.settings.merge}"' if stack.settings.merge else "no rule"
    different = len({one.tenant for one, _ in rows})
    console.info(
        f"{different} of {len(layers)} layers differ by the rule of merging; {stack.settings_file} says {says}"
    )
    return worst(error.exit_code for error in errors)


def _layers(session: CliSession, resolver: InputResolver) -> list[Layer]:
    """The stack layer, and each tenant that is declared or has a state."""
    stack, states = resolver.stack, resolver.merge_choice.ask_all() or frozenset()
    tenants = {*session.project.tenants(stack), *states} - {""} if stack.tenant_source else set()
    return [Layer(stack), *(Layer(stack, tenant) for tenant in sorted(tenants))]


def _looked(
    resolver: InputResolver, layers: Sequence[Layer]
) -> Iterator[tuple[Layer, list[MergeDifference] | OrchestrateError]]:
    for kind in (False, True):
        mine = [layer for layer in layers if bool(layer.tenant) is kind]
        yield from zip(mine, resolver.merge_differences(mine) if mine else (), strict=True)


def _data(layer: Layer, found: MergeDifference, state: bool | None) -> dict[str, Any]:
    """A value that is not set by a rule has no field."""
    sides = {DEEP: found.shown(found.deep), REPLACE: found.shown(found.replaced)}
    values = {rule: side[0] for rule, side in sides.items() if side}
    return {
        "tenant": layer.tenant,
        "key": found.key,
        **values,
        "from": found.origin,
        "where": found.where,
        "state": state,
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    values = (json.dumps(row[r], ensure_ascii=False) if r in row else "not set" for r in (DEEP, REPLACE))
    return (row["tenant"] or "-", row["key"], *values, row["from"], _STATE[row["state"]])
