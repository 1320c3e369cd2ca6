"""Which tainted resources a run untaints before it plans: those that stand in AWS. Writes nothing.

What lies tainted :mod:`wrapper.terraform.tainted` reads out of a state, :mod:`wrapper.aws.resource_existence` asks AWS;
the untainting itself is a Step of the Run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..aws.identity import Identity
from ..aws.resource_existence import Standing
from ..model.errors import RefusedError
from ..model.findings import Seen, Tainted
from ..model.stack import Layer
from ..terraform import tainted
from .prepared import PreparedLayer

_REPLACES_NOTHING = ("destroy", "refresh-only")


@dataclass(frozen=True)
class Untainting:
    """``confirmed``: the label that was typed with --confirm; ``dry``: nothing is refused, since nothing runs."""

    identity: Identity
    confirmed: str
    dry: bool = False

    def choose(
        self, prepared: PreparedLayer, state: Mapping[str, Any] | None, info: Callable[[str], None]
    ) -> tuple[str, ...]:
        """The addresses that an apply untaints, each one said. None for a plan and for an apply of a plan file: there it
        is said what becomes of them. RefusedError on a protected stack whose label was not confirmed."""
        stack, label, candidates = prepared.layer.stack, prepared.layer.label, _candidates(prepared, state)
        if not candidates:
            return ()
        diffs = Standing(self.identity, stack.aws_region).look(candidates)
        found = sorted(diffs, key=lambda pair: pair[0].address)
        untaints = prepared.verb.applies and not prepared.root_request.saved
        allowed = self._is_confirmed(prepared.layer)
        standing = [one for one, seen in found if seen.stands]
        if untaints and standing and not (allowed or self.dry):
            raise _unconfirmed(label, standing[0])
        for one, seen in found:
            info(f"{label}: {_words(prepared, one, seen, '' if allowed else f'--confirm {label}')}")
        return tuple(one.address for one in standing) if untaints and allowed else ()

    def _is_confirmed(self, layer: Layer) -> bool:
        return not layer.stack.settings.protected or self.confirmed in (layer.label, layer.stack.label)


def _candidates(prepared: PreparedLayer, state: Mapping[str, Any] | None) -> list[Tainted]:
    """What lies tainted and this command would replace, although no -replace names it."""
    if not prepared.verb.compares or any(t.flag in _REPLACES_NOTHING for t in prepared.tokens):
        return []
    meant = {t.value for t in prepared.tokens if t.flag == "replace"}
    return [one for one in tainted.resources(state) if one.address not in meant]


def _words(prepared: PreparedLayer, one: Tainted, seen: Seen, confirm: str) -> str:
    if not seen.stands:
        return tainted.left(one, seen)
    if prepared.root_request.saved:
        return tainted.saved(one, seen)
    if prepared.verb.plans:
        return tainted.planned(one, seen, kept=any(t.flag == "out" for t in prepared.tokens), confirm=confirm)
    return tainted.untainted(one, seen, confirm)


def _unconfirmed(label: str, one: Tainted) -> RefusedError:
    return RefusedError(
        f"{label} is protected, and {one.address} is tainted although it exists in AWS",
        hint=f"nothing was changed. To let this apply untaint it and update it in place, add --confirm {label}",
    )
