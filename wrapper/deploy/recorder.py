"""What is written beside a layer's state when an apply has ended: its record and its history."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..model.errors import NotBegunError, OrchestrateError
from ..model.stack import Layer
from ..state import history, layer_state
from ..state.history import HistoryEntry
from ..state.record import DeploymentRecord, Trigger, moment
from ..state.store import Store
from ..terraform.suggested import suggest
from .prepared import PreparedLayer

FIRST_SIGN = 60.0  # seconds that a try counts as going on without another sign of it; Terraform's lock says the rest
Tagged = tuple[dict[str, Any], str]  # a state and its object's tag


@dataclass(frozen=True)
class Before:
    """A layer as a command found it: its state, and its record; of one that has neither, its ``destroyed`` past."""

    state: Tagged | None = None
    record: DeploymentRecord = field(default_factory=DeploymentRecord)
    destroyed: HistoryEntry | None = None

    def is_overtaken(self, now: DeploymentRecord, left: Mapping[str, Any]) -> bool:
        """Whether the record ``now`` is of another apply, on top of the state that this command ``left``. (A state that
        was put back from an earlier version is earlier than its record, and overtakes nothing.)"""
        return now.run != self.record.run and now.is_later_than(left)


@dataclass(frozen=True)
class Recorder:
    """Writes for one command. ``author`` names the run; ``commit``: that of the project, as the command found it."""

    store: Callable[[], Store]
    author: str
    trigger: Trigger
    commit: str
    run: str = field(default_factory=lambda: secrets.token_hex(8))  # names this command among those that try

    @property
    def who(self) -> str:
        return self.trigger.user or self.author

    def applied(self, prepared: PreparedLayer, seconds: float, before: Before, after: Tagged) -> DeploymentRecord:
        """What went in (as digests), what was typed (never a sensitive value), which builds, who, when and why.
        ``after``: the state that it left, and its object's tag. Returns what was recorded; with its URL alone where there
        is nothing to record. The record of a later apply stays, and so does the failure of a try that came between."""
        store, layer, left = self.store(), prepared.layer, after[0]
        url = str(layer_state.outputs(left).get("url") or "")
        planned = prepared.record
        if not planned.inputs:
            self._of_a_part(prepared, before.record)
            self.gives_up(layer)
            return DeploymentRecord(url=url)
        at = moment(time.time())
        one = replace(
            planned,
            by=self.who,
            at=at,
            brought={n: self._came(how, at) for n, how in planned.brought.items()},
            state=_named(*after),
            seconds=round(seconds, 1),
            url=url,
            commit=planned.commit or self.commit,
            build_url=self.trigger.build_url,
            reason={**planned.reason, **self.trigger.reason},
            run=secrets.token_hex(8),
        )
        written = one

        def change(now: DeploymentRecord) -> DeploymentRecord:
            nonlocal written
            between = now.failed if now.failed != before.record.failed else {}
            written = now if before.is_overtaken(now, left) else replace(one, failed=between)
            return written

        layer_state.change_record(store, layer, change)
        if written.run == one.run:
            layer_state.change_history(store, layer, lambda applies: history.added(applies, one))
        return one

    def begins(self, prepared: PreparedLayer, before: Before) -> None:
        """It is about to change something: said beside the state until it is recorded, so that what others see meanwhile is not
        taken for another hand's. BusyError where another command came first since this one looked."""
        until = moment(time.time() + FIRST_SIGN)
        mine = {"at": moment(time.time()), "by": self.who, "job": self.trigger.build_url, "run": self.run}
        note = {**{k: v for k, v in mine.items() if v}, "until": until, "builds": prepared.record.builds}

        def change(now: DeploymentRecord) -> DeploymentRecord:
            if now.run != before.record.run or now.tries_at(moment(time.time()), self.run):
                raise NotBegunError(
                    f"{prepared.layer.label} was changed by {now.trying.get('by') or now.by} since this command looked at it",
                    hint="nothing was changed; run the same command again",
                )
            return replace(now, trying=note)

        layer_state.change_record(self.store(), prepared.layer, change)

    def goes_on(self, layer: Layer, seconds: float) -> None:
        """Terraform is done, and ECS may take so long until it is recorded."""

        def change(now: DeploymentRecord) -> DeploymentRecord:
            if now.trying.get("run") != self.run:
                return now
            return replace(now, trying={**now.trying, "until": moment(time.time() + seconds + FIRST_SIGN)})

        layer_state.change_record(self.store(), layer, change)

    def gives_up(self, layer: Layer) -> None:
        """It did not begin after all, or what it left is not recorded."""
        layer_state.change_record(self.store(), layer, lambda now: now.without_try(self.run))
        layer_state.drop_if_empty(self.store(), layer)

    def destroyed(self) -> HistoryEntry:
        """A destroy of this command that has just ended."""
        return HistoryEntry(at=moment(time.time()), by=self.who, run=self.run)

    def _of_a_part(self, prepared: PreparedLayer, before: DeploymentRecord) -> None:
        """A part was applied; with other builds than those that are recorded, that is noted."""
        other = before.at and prepared.choices and prepared.builds != dict(before.builds)
        if other:
            note = {"at": moment(time.time()), "by": self.who, "builds": prepared.builds}
            layer_state.change_record(self.store(), prepared.layer, lambda now: replace(now, partly=note))

    def _came(self, brought: Mapping[str, Any], at: str) -> dict[str, Any]:
        """Who gave a build: an apply before, which the record says, or this one."""
        if brought.get("at"):
            return dict(brought)
        mine = {"at": at, "by": self.who, "job": self.trigger.build_url, **brought}
        return {k: v for k, v in mine.items() if v}

    def planned(self, prepared: PreparedLayer, before: DeploymentRecord) -> dict[str, Any]:
        """What a plan file remembers, so that its apply is recorded as if it had been planned then and there: as it is
        now, and from this commit; ``run`` is of the apply ``before``. {} for a plan that takes away, or of a part."""
        if not prepared.inputs or any(t.flag == "destroy" for t in prepared.tokens):
            return {}
        return replace(prepared.record, commit=self.commit, run=before.run).as_data()

    def rewritten(self, layer: Layer, before: Tagged) -> Tagged:
        """The tool itself has written the layer's state once since it was ``before``: the record names the state that is
        there now, which is then not taken for one of another hand. Returns that state."""
        store = self.store()
        after = layer_state.load_tagged(store, layer) or before
        if _follows(after[0], before[0]):
            layer_state.change_record(store, layer, lambda record: record.after_own_write(before[1], _named(*after)))
        return after

    def ended(
        self,
        layer: Layer,
        before: Before,
        left: Tagged,
        tried: OrchestrateError | None = None,
        unsaved: Mapping[str, Any] | None = None,
    ) -> None:
        """A Run that is not recorded has ended. The state from before may stand in another object now; a try that failed
        is noted, unless a later apply is recorded; so is a state that it could not save."""

        def change(record: DeploymentRecord) -> DeploymentRecord:
            if before.state and layer_state.same_content(before.state[0], left[0]):
                record = record.after_rewrite(before.state[1], _named(*left))
            if unsaved:
                record = replace(record, unsaved={"at": moment(time.time()), "by": self.author, **unsaved})
            if tried is None or before.is_overtaken(record, left[0]):
                return record.without_try(self.run)
            return record.after_failure(moment(time.time()), self.who, tried.message)

        layer_state.change_record(self.store(), layer, change)

    def record_failed_check(
        self, layer: Layer, record: DeploymentRecord, error: OrchestrateError, check: str = "smoke test"
    ) -> None:
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

        def change(now: DeploymentRecord) -> DeploymentRecord:
            noted = now.after_failure(moment(time.time()), self.who, error.message, check=check)
            return noted if record.run in ("", now.run) else now

        layer_state.change_record(store, layer, change)
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
    return suggest("rollback", layer)
