"""By which rule the maps of a layer are read in a stack whose stack.hcl says none. It is asked only where the two rules differ:
what has a state was made by the older one, and is not changed before a person chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from ..model.errors import ConfigError, OrchestrateError
from ..model.stack import Layer, Stack
from ..state import layer_state
from ..state.store import Store
from ..terraform.merging import DEEP, REPLACE, MergeDifference
from ..terraform.suggested import suggest

if TYPE_CHECKING:
    from ..state.index import LayerStatus, TenantIndex

Told = TypeVar("Told")


class UndecidedError(ConfigError):
    """A layer with a state, whose maps the two rules read in two ways."""


@dataclass
class MergeChoice:
    """Of one command on one stack. ``store``: None where its bucket cannot be asked; in a ``dry`` run that is no error. Which
    layers have a state says the index, where the command reads that anyway."""

    stack: Stack
    store: Callable[[], Store | None]
    info: Callable[[str], None]
    dry: bool = False
    _stateful: list[frozenset[str] | None] = field(
        default_factory=list
    )  # of all layers, "" the stack's; None: not known
    _known: dict[str, bool | None] = field(default_factory=dict)

    def know(self, index: TenantIndex) -> None:
        """What the command has read of the stack's layers."""
        statuses: dict[str, LayerStatus] = {"": index.stack_layer, **index.tenants}
        self._stateful[:] = [frozenset(n for n, s in statuses.items() if s.deployed or s.missing)]

    def ask_all(self) -> frozenset[str] | None:
        """Who has a state, in one listing of the stack; None where that is not known here."""
        self._stateful[:] = [self._asked(lambda store: layer_state.stateful(store, self.stack))]
        return self._stateful[0]

    def has_state(self, layer: Layer) -> bool | None:
        """None where that is not known here."""
        if self._stateful:
            return None if self._stateful[0] is None else layer.tenant in self._stateful[0]
        if layer.tenant not in self._known:
            self._known[layer.tenant] = self._asked(lambda store: layer_state.has_state(store, layer))
        return self._known[layer.tenant]

    def _asked(self, ask: Callable[[Store], Told]) -> Told | None:
        try:
            store = self.store()
            return None if store is None else ask(store)
        except OrchestrateError:
            if not self.dry:
                raise
            self._stateful[:] = [None]  # asked once: the other layers are in the same bucket
            return None

    def to_apply(self, layer: Layer, found: Sequence[MergeDifference]) -> str:
        """The rule for a command that would apply it; UndecidedError where that would change what there is."""
        if self.has_state(layer):
            raise undecided(layer, found)
        return self.to_show(layer, found)

    def to_show(self, layer: Layer, found: Sequence[MergeDifference]) -> str:
        """The rule for a command that shows values."""
        state = self.has_state(layer)
        why = {True: "it has a state", False: "it has no state", None: "whether it has a state is not known here"}[
            state
        ]
        rule = rule_of(state)
        how = "merged" if rule == DEEP else "replaced, as until now"
        self.info(f"{layer.label}: {in_words(found)}; {why}: {how}; {_choose(self.stack)}")
        return rule


def rule_of(has_state: bool | None) -> str:
    """What has a state, or may have one, keeps the rule that made it."""
    return DEEP if has_state is False else REPLACE


def undecided(layer: Layer, found: Sequence[MergeDifference]) -> UndecidedError:
    return UndecidedError(f"{layer.label}: {in_words(found)}", where=found[0].where, hint=_choose(layer.stack))


def in_words(found: Sequence[MergeDifference]) -> str:
    """The first difference, and how many more there are."""
    first, more = found[0], f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{first.key} is {first.text(DEEP)} merged and {first.text(REPLACE)} replaced{more}"


def _choose(stack: Stack) -> str:
    diff = suggest("vars", Layer(stack), "--merge-diff")
    return f'write merge = "{DEEP}" or merge = "{REPLACE}" in {stack.settings_file}; to see all: {diff}'
