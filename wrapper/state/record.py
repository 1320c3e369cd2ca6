"""What stands beside a state: what went into its last apply, its author, when, and how a later try failed. Pure.

Values appear as digests only. What an older version wrote is read as far as it goes, what a newer one wrote not at
all; a layer without a readable record counts as changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ..model.fingerprint import Inputs, is_readable
from ..model.versions import check_known
from .field_names import NOT_STORED, from_data, to_data

VERSION = 2
_TEXTS = ("cli_vars", "builds")
_NOTES = ("failed", "trying", "partly")  # texts, and builds
_BY_BUILD = ("files", "brought")  # a note for each build


@dataclass(frozen=True)
class Trigger:
    """What causes an apply: the ``user`` of Jenkins that asked for it ("": the tool names the run's own), ``build_url`` and
    ``reason`` as in :class:`DeploymentRecord`."""

    user: str = ""
    build_url: str = ""
    reason: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DeploymentRecord:
    """``inputs`` as in :mod:`wrapper.model.fingerprint`; ``cli_vars``: the -var of its command line, nothing sensitive;
    ``sensitive_names``: names of the sensitive ones; ``state``: serial, lineage and ``tag`` (the object's) of the state
    that the apply left; ``seconds`` it took; ``builds`` by the names of their variables; ``commit`` of the
    project's files, with "-dirty" where they were not it; ``build_url``: of the build of Jenkins; ``reason``:
    {promoted_from} or {rollback_of, back_to}; ``run`` names this apply alone; ``failed``: {at, by, error} of a later try
    that failed; ``files``: what the project's files said of each build, {said, where, default}; ``brought``: of each that
    they did not bring, {at, by, job, how}; ``trying``: an apply that has begun to change something and is not recorded yet,
    {at, by, job, run, builds, until}; ``partly``: the builds of an apply of a part, {at, by, builds}; ``unsaved``: {at, by,
    machine, file, serial, lineage} of a later state that a run could not save.
    :mod:`wrapper.state.field_names` maps each field to its key in the bucket."""

    inputs: Inputs = field(default_factory=dict)
    cli_vars: Mapping[str, str] = field(default_factory=dict)
    sensitive_names: tuple[str, ...] = ()
    by: str = ""
    at: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    url: str = ""
    builds: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    build_url: str = ""
    reason: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    failed: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)
    brought: Mapping[str, Any] = field(default_factory=dict)
    trying: Mapping[str, Any] = field(default_factory=dict)
    partly: Mapping[str, Any] = field(default_factory=dict)
    unsaved: Mapping[str, Any] = field(default_factory=dict)
    damaged: bool = field(default=False, metadata=NOT_STORED)  # what is there cannot be read

    @property
    def tag(self) -> str:
        return str(self.state.get("tag") or "")

    @property
    def names_state(self) -> bool:
        """Whether there was a state when it was written."""
        return bool(self.tag or self.state.get("lineage"))

    @property
    def had_state(self) -> bool:
        """The same, or one that could not be saved."""
        return self.names_state or bool(self.unsaved)

    def as_data(self) -> dict[str, Any]:
        """What is written: plain data, without what is empty."""
        return {"version": VERSION, **{k: v for k, v in to_data(self).items() if v}}

    def after_failure(self, at: str, by: str, error: str, *, check: str = "") -> DeploymentRecord:
        """The same last apply, and a later try that failed: the one that was noted as begun, where there is one. ``check``: that
        apply itself was not good, as this check found."""
        more: dict[str, Any] = {k: v for k, v in self.trying.items() if k in ("builds", "job")}
        more |= {"check": check} if check else {}
        return replace(self, failed={"at": at, "by": by, "error": error, **more}, trying={})

    def without_try(self, run: str) -> DeploymentRecord:
        """The same, where that run did not begin after all."""
        return replace(self, trying={}) if self.trying.get("run") == run else self

    def tries_at(self, now: str, run: str = "") -> bool:
        """Whether another run than this one is changing the layer at that moment, as far as is noted."""
        until = self.trying.get("until")
        return isinstance(until, str) and until > now and self.trying.get("run") != run

    def is_later_than(self, state: Mapping[str, Any]) -> bool:
        """Whether it names a state that was written on top of this one."""
        mine, serial = self.state.get("serial"), state.get("serial")
        if not (isinstance(mine, int) and isinstance(serial, int)):
            return False
        return mine > serial and self.state.get("lineage") == state.get("lineage")

    def after_rewrite(self, before: str, state: Mapping[str, Any]) -> DeploymentRecord:
        """The same last apply, and the same state in another object; ``before`` was the tag of the object that said it."""
        return replace(self, state=state) if self.tag and self.tag == before else self

    def after_own_write(self, before: str, state: Mapping[str, Any]) -> DeploymentRecord:
        """The same last apply, and the state that the tool itself has written since; ``before`` was its object's tag then.
        A record that still names an older one stays as it is, unless a try failed: another hand wrote it, which shows."""
        ours = before == self.tag or self.failed or not self.inputs
        return replace(self, state=state) if ours else self


def moment(seconds: float) -> str:
    """A moment (seconds since 1970) as it stands in everything that is kept beside states: ``2026-01-02T03:04:05Z``"""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def parse(data: object, where: str = "") -> DeploymentRecord:
    """The record in ``data``; a damaged one where it is none. NewerError for one of a later version."""
    check_known(data, VERSION, "a record", where)
    if not isinstance(data, dict):
        return DeploymentRecord(damaged=True)
    found = from_data(DeploymentRecord, data)
    texts: dict[str, Any] = {name: _texts(getattr(found, name)) for name in _TEXTS}
    texts |= {name: _note(getattr(found, name)) for name in _NOTES}
    texts |= {name: {n: one for n, one in getattr(found, name).items() if isinstance(one, dict)} for name in _BY_BUILD}
    return replace(found, inputs=found.inputs if is_readable(found.inputs) else {}, **texts)


def _texts(found: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _note(found: Mapping[str, Any]) -> dict[str, Any]:
    builds = found.get("builds")
    return _texts(found) | ({"builds": _texts(builds)} if isinstance(builds, dict) else {})
