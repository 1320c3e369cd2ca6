"""What a stack layer left for its tenants: its state, read once in a command, and the outputs in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..aws.identity import Identity
from ..model.errors import NotFoundError, OrchestrateError
from ..model.nouns import ResolvedValue, Variable
from ..model.stack import Layer, Stack
from ..project.project import Project
from ..state import layer_state
from ..state.store import Store
from ..terraform.suggested import suggest
from .recovery import missing


@dataclass
class Outputs:
    """The outputs of one stack. ``dry``: a dry run, where what cannot be read is no reason to end."""

    project: Project
    stack: Stack
    identity: Identity
    store: Callable[[], Store]
    info: Callable[[str], None]
    dry: bool = False
    _kept: list[dict[str, Any] | None] = field(default_factory=list)

    def of(self, layer: Layer, *, needed: bool = True) -> dict[str, Any]:
        """By name, for one of its tenants; nothing for the stack itself. NotFoundError where it was never applied, if they
        are ``needed``."""
        if not layer.tenant:
            return {}
        found = self.state()
        if found is None and needed and not self.dry:
            stack_layer = Layer(self.stack)
            record = layer_state.load_record(self.store(), stack_layer)
            if record.names_state:
                raise missing(stack_layer, record, "apply")
            raise NotFoundError(
                f"{self.stack.label} has no state yet, and its tenants need its outputs",
                hint=f"apply it first: {suggest('apply', Layer(self.stack))}",
            )
        return layer_state.outputs(found)

    def to_come(self, layer: Layer, declared: Mapping[str, Variable]) -> dict[str, ResolvedValue]:
        """A dry run may look at a tenant before its stack is there: its outputs stand as null."""
        coming = self.project.values.outputs(self.stack.source) if layer.tenant else set()
        origin = f"output of {self.stack.label} (known after its apply)"
        return {n: ResolvedValue(None, origin) for n in coming & set(declared)}

    def state(self) -> dict[str, Any] | None:
        """The state of the stack layer, read once. In a dry run what cannot be read counts as not there yet."""
        if not self._kept:
            self._kept.append(self._read())
        return self._kept[0]

    def forget(self) -> None:
        """It was applied or destroyed: read it again."""
        self._kept.clear()

    def _read(self) -> dict[str, Any] | None:
        try:
            return None if self.identity.is_nobody else layer_state.load(self.store(), Layer(self.stack))
        except OrchestrateError as error:
            if not self.dry:
                raise
            self.info(f"{self.stack.label}: its outputs are not known here ({error})")
            return None
