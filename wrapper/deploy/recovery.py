"""What a layer's record says of its state that the state itself does not: that it could not be saved on another machine, or
that there was one where there is none now. Such a layer changes only when a person has said that the state is lost.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..model.errors import ConfigError, NewerError, OrchestrateError, RefusedError, StateAtRisk
from ..model.naming import run_home
from ..model.nouns import Run
from ..model.stack import Layer, state_key
from ..run.plan_run import RunContext, work_directory
from ..state import layer_state
from ..state.record import DeploymentRecord
from ..state.store import Store
from ..terraform.arguments import changes, pushed
from ..terraform.commands import ERRORED_STATE, Token, Verb
from ..terraform.suggested import suggest
from ..terraform.unsaved_state import damage, follows, misfit
from .argument_checks import check_reason
from .prepared import PreparedLayer
from .recorder import Before

_VERSION = re.compile(r"(\d+)\.(\d+)\.")


@dataclass(frozen=True)
class Recovery:
    """Of one command. ``reason``: why the state is lost, as it was typed; ``confirmed``: the label typed with --confirm."""

    store: Callable[[], Store]
    context: RunContext
    reason: str = ""
    confirmed: str = ""

    def check(self, prepared: PreparedLayer, found: Before, info: Callable[[str], None]) -> PreparedLayer:
        """The layer, with the reason where its state is lost. Raises where what is recorded does not go with what is there,
        and no reason is given."""
        verb, layer = prepared.verb, prepared.layer
        if not verb.on_state:
            found = self._look(prepared)
        self._check_terraform(layer, found.state[0] if found.state else {})
        error = self._missing(verb, layer, found) or self._elsewhere(prepared, found)
        if error is None:
            if self.reason:
                info(f"{layer.label}: its state is not lost: --state-lost has nothing to do")
            return prepared
        if not self.reason:
            raise error
        info(f"{layer.label}: going on, since its state is lost ({self.reason}): {error.message}")
        if changes(verb, prepared.tokens):
            self._check_confirmed(layer)
            layer_state.change_record(self.store(), layer, lambda record: replace(record, unsaved={}))
        return replace(prepared, state_lost=self.reason)

    def check_reason(self) -> None:
        check_reason("--state-lost", self.reason)

    def saves(self, verb: Verb, layer: Layer, tokens: tuple[Token, ...]) -> bool:
        """Whether the command only brings the layer's own unsaved state where it belongs, or releases the lock in its way."""
        if not (verb.unlocks or pushed(verb, tokens) == ERRORED_STATE):
            return False
        try:
            data = self.errored(layer).read_bytes()
        except OSError:
            return False
        return not damage(data) and not misfit(data, self.saved(layer))

    def repaired(self, prepared: PreparedLayer) -> None:
        """A state was pushed, or a lock released: no other command changes the layer any more."""
        pushes, layer = bool(pushed(prepared.verb, prepared.tokens)), prepared.layer
        if pushes or prepared.verb.unlocks:
            with contextlib.suppress(OrchestrateError):
                layer_state.change_record(
                    self.store(), layer, lambda r: replace(r, trying={}, unsaved={} if pushes else r.unsaved)
                )

    def saved_for(self, run: Run, found: Before) -> dict[str, Any]:
        """The state that is saved, where another one waits to take its place."""
        if not os.path.lexists(self.errored(run.layer)):
            return {}
        return found.state[0] if found.state else self.saved(run.layer)

    def saved(self, layer: Layer) -> dict[str, Any]:
        """The state that is saved; {} where there is none, or nothing is known."""
        with contextlib.suppress(OrchestrateError):
            return layer_state.load(self.store(), layer) or {}
        return {}

    def errored(self, layer: Layer) -> Path:
        """Where a run of this machine leaves a state that it cannot save."""
        stack = layer.stack
        home = run_home(self.context.home, stack.region, stack.name, layer.tenant)
        return home / "tree" / work_directory(layer) / ERRORED_STATE

    def _look(self, prepared: PreparedLayer) -> Before:
        """For a command on the state itself (``state rm``). What cannot be read is no reason not to push."""
        if prepared.verb.unlocks or not changes(prepared.verb, prepared.tokens):
            return Before()
        if pushed(prepared.verb, prepared.tokens):
            return Before()
        return Before(
            layer_state.load_tagged(self.store(), prepared.layer), layer_state.load_record(self.store(), prepared.layer)
        )

    def _check_terraform(self, layer: Layer, state: Mapping[str, Any]) -> None:
        """Terraform reads a state of a later version of itself, as far as it knows it, and writes the rest no more."""
        theirs, mine = (
            _VERSION.search(text) for text in (str(state.get("terraform_version") or ""), self.context.versions)
        )
        if theirs and mine and (int(theirs[1]), int(theirs[2])) > (int(mine[1]), int(mine[2])):
            raise NewerError(
                f"the state of {layer.label} was written by Terraform {state['terraform_version']}; "
                f"this is {mine[1]}.{mine[2]}",
                where=state_key(layer),
                hint="use that Terraform, or a later one: docs/image.md, 'Another version'. The state is as it was",
            )

    def _missing(self, verb: Verb, layer: Layer, found: Before) -> OrchestrateError | None:
        if not verb.on_state or found.state or not found.record.names_state:
            return None
        return missing(layer, found.record, _name(verb))

    def _elsewhere(self, prepared: PreparedLayer, found: Before) -> OrchestrateError | None:
        """Where it was here, the file says it; unless it was put aside."""
        verb, layer, unsaved = prepared.verb, prepared.layer, found.record.unsaved
        if not unsaved or not changes(verb, prepared.tokens) or os.path.lexists(self.errored(layer)):
            return None
        if follows(layer_state.named(found.state[0] if found.state else None), unsaved):
            return None
        return StateAtRisk(
            f"{layer.label}: a run could not save its state: {unsaved.get('by')}, {unsaved.get('at')}, on the machine "
            f"{unsaved.get('machine')}",
            where=str(unsaved.get("file")),
            hint=f"push it there: {suggest('state', layer, 'push', ERRORED_STATE)} ; if it is lost: {_lost(_name(verb), layer)}",
        )

    def _check_confirmed(self, layer: Layer) -> None:
        stack = layer.stack
        if stack.settings.protected and self.confirmed not in (layer.label, stack.label):
            raise RefusedError(
                f"{layer.label} is protected: going on without its state is confirmed",
                hint=f"add --confirm {layer.label}",
            )


def missing(layer: Layer, record: DeploymentRecord, command: str) -> ConfigError:
    """There was a state, as the record says, and there is none. ``command`` may go on without it."""
    return ConfigError(
        f"the state of {layer.label} is missing: it was last applied at {record.at or 'some time'} by "
        f"{record.by or 'some run'}",
        where=state_key(layer),
        hint=f"restore that object (docs/state.md, 'A missing state'); if it is lost: {_lost(command, layer)}",
    )


def _name(verb: Verb) -> str:
    """The command that goes on without a state: this one, where it takes --state-lost."""
    return verb.name if verb.on_state and not verb.as_applied else "apply"


def _lost(command: str, layer: Layer) -> str:
    return suggest(command, layer, "--state-lost", "why it is lost")
