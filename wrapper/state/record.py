"""What stands beside a state: what went into its last apply, by whom, when, and how a later try failed. Pure.

Values appear as digests only. What an older version wrote is read as far as it goes, what a newer one wrote not at
all; a layer without a readable record counts as changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any

from ..model.fingerprint import Inputs
from ..model.versions import check_known

VERSION = 2


@dataclass(frozen=True)
class Trigger:
    """On what occasion an apply is made: ``who`` asked for it ("": whoever runs it), ``job`` and ``why`` as in
    :class:`Record`."""

    who: str = ""
    job: str = ""
    why: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DeploymentRecord:
    """``inputs`` as in :mod:`wrapper.model.fingerprint`; ``given``: what was typed, nothing sensitive; ``hidden``: names
    of the sensitive variables that were typed; ``state``: serial, lineage and ``tag`` (the object's) of the state
    that the apply left; ``seconds`` it took; ``builds`` by the names of their variables; ``commit`` of the
    project's files, with "-dirty" where they were not it; ``job``: the URL of Jenkins' build; ``why``:
    {promoted_from} or {rollback_of, back_to}; ``run`` names this apply alone; ``failed``: {at, by, error} of a later try
    that failed."""

    inputs: Inputs = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    by: str = ""
    at: str = ""
    state: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    url: str = ""
    builds: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    job: str = ""
    why: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        return str(self.state.get("tag") or "")

    def as_data(self) -> dict[str, Any]:
        """What is written: plain data, without what is empty."""
        return {"version": VERSION, **{k: v for k, v in asdict(self).items() if v}}

    def after_failure(self, at: str, by: str, error: str) -> DeploymentRecord:
        """The same last apply, and a later try that failed."""
        return replace(self, failed={"at": at, "by": by, "error": error})

    def after_own_write(self, before: str, state: Mapping[str, Any]) -> DeploymentRecord:
        """The same last apply, and the state that the tool itself has written since; ``before`` was its object's tag then.
        A record that still names an older one stays as it is, unless a try failed: another hand wrote it, which shows."""
        ours = before == self.tag or self.failed or not self.inputs
        return replace(self, state=state) if ours else self


def moment(seconds: float) -> str:
    """A moment (seconds since 1970) as it stands in everything that is kept beside states: ``2026-01-02T03:04:05Z``"""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")


def parse(data: object, where: str = "") -> DeploymentRecord:
    """The record in ``data``; an empty one where it is none. NewerError for one of a later version."""
    check_known(data, VERSION, "a record", where)
    if not isinstance(data, dict):
        return DeploymentRecord()
    empty = DeploymentRecord()
    good: dict[str, Any] = {}
    for one in fields(DeploymentRecord):
        value, kind = data.get(one.name), type(getattr(empty, one.name))
        if kind is tuple and isinstance(value, list):
            good[one.name] = tuple(str(v) for v in value)
        elif isinstance(value, kind) or (kind is float and isinstance(value, int)):
            good[one.name] = value
    return DeploymentRecord(**good)
