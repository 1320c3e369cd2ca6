"""What is written beside a layer's state when an apply has ended: its record and its history."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..model.errors import OrchestrateError, SmokeFailed
from ..model.keys import state_key
from ..model.nouns import Layer
from ..state import history, layer_state
from ..state import store as stores
from ..state.record import DeploymentRecord, Trigger, moment
from .prepared import PreparedLayer

Tagged = tuple[dict[str, Any], str]  # a state and its object's tag


@dataclass(frozen=True)
class Recorder:
    """Writes for one command. ``author`` names the run; ``commit``: that of the project, as the command found it."""

    store: Callable[[], stores.Store]
    author: str
    trigger: Trigger
    commit: str

    @property
    def who(self) -> str:
        return self.trigger.user or self.author

    def applied(self, prepared: PreparedLayer, seconds: float, left: Mapping[str, Any], tag: str) -> DeploymentRecord:
        """What went in (as digests), what was typed (never a sensitive value), which builds, who, when and why.
        ``left``: the state that it left, and its object's ``tag``. Returns what was recorded; with its URL alone where
        there is nothing to record."""
        store, layer = self.store(), prepared.layer
        url = str(layer_state.outputs(left).get("url") or "")
        planned = prepared.record
        if not planned.inputs:
            return DeploymentRecord(url=url)
        at = moment(time.time())
        one = replace(
            planned,
            by=self.who,
            at=at,
            brought={n: self._came(how, at) for n, how in planned.brought.items()},
            state=_named(left, tag),
            seconds=round(seconds, 1),
            url=url,
            commit=planned.commit or self.commit,
            build_url=self.trigger.build_url,
            reason={**planned.reason, **self.trigger.reason},
            run=secrets.token_hex(8),
        )
        layer_state.write_record(store, layer, one)
        layer_state.change_history(store, layer, lambda applies: history.added(applies, one))
        return one

    def _came(self, brought: Mapping[str, Any], at: str) -> dict[str, Any]:
        """Who gave a build: an apply before, which the record says, or this one."""
        if brought.get("at"):
            return dict(brought)
        mine = {"at": at, "by": self.who, "job": self.trigger.build_url, **brought}
        return {k: v for k, v in mine.items() if v}

    def planned(self, prepared: PreparedLayer) -> dict[str, Any]:
        """What a plan file remembers, so that its apply is recorded as if it had been planned then and there: as it is
        now, and from this commit. {} for a plan that takes away, or of a part."""
        if not prepared.inputs or any(t.flag == "destroy" for t in prepared.tokens):
            return {}
        return replace(prepared.record, commit=self.commit).as_data()

    def rewritten(self, layer: Layer, before: Tagged) -> Tagged:
        """The tool itself has written the layer's state once since it was ``before``: the record names the state that is
        there now, which is then not taken for one of another hand. Returns that state."""
        store = self.store()
        after = layer_state.load_tagged(store, layer) or before
        if _follows(after[0], before[0]):
            layer_state.change_record(store, layer, lambda record: record.after_own_write(before[1], _named(*after)))
        return after

    def failed(self, layer: Layer, error: OrchestrateError) -> None:
        """A try that failed, beside the state that it or the last apply left. No more than a note: never in the way."""
        with contextlib.suppress(OrchestrateError):
            store = self.store()
            if store.modified(state_key(layer)) is None:
                return
            record = layer_state.load_record(store, layer)
            layer_state.write_record(store, layer, record.after_failure(moment(time.time()), self.who, error.message))

    def record_failed_check(self, layer: Layer, record: DeploymentRecord, error: SmokeFailed) -> None:
        """It is applied and recorded, and it is not good: nothing goes back to it, and nothing is promoted from it.
        The error says how to get to what ran before."""
        store = self.store()
        applies = layer_state.load_history(store, layer)
        before = history.previous(applies, layer_state.load_record(store, layer))
        error.hint = (
            f"put back {history.in_words(before.builds)}: {rollback_command(layer)}"
            if before
            else "it is applied, and its state is saved; no earlier builds are known that could be put back"
        )
        self.failed(layer, error)
        if record.run:
            layer_state.change_history(
                store, layer, lambda applies: history.with_failure(applies, record.run, error.message)
            )


def _named(left: Mapping[str, Any], tag: str) -> dict[str, Any]:
    """A state as a record names it."""
    return {"serial": left.get("serial"), "lineage": left.get("lineage"), "tag": tag}


def _follows(after: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether one write, and no other, lies between two states."""
    one_more = after.get("serial") == (before.get("serial") or 0) + 1
    return one_more and after.get("lineage") == before.get("lineage")


def rollback_command(layer: Layer) -> str:
    """The command that puts back what ran before, ready to be typed."""
    stack = layer.stack
    words = ["./orchestrate rollback", stack.name, stack.region, f"-var tenant={layer.tenant}" if layer.tenant else ""]
    words += [f"--confirm {layer.label}"] if stack.settings.protected else []
    return " ".join(filter(None, words))
