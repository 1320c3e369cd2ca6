"""The results of many layers, as frozen data, and what follows from it: totals, the worst exit code, what to repeat.

Knows no file and no format. Moments are seconds since 1970 (UTC), lengths are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from .errors import BusyError, OrchestrateError, TerraformFailed
from .findings import BuildChange, HookRun
from .nouns import Diagnostic, Drift

Result = Literal["failed", "stopped", "succeeded", "unchanged", "excluded"]
RESULTS: tuple[Result, ...] = get_args(Result)  # in the order a reader wants them

ENDS_SOON = "ends soon: "  # what the reason of a tenant begins with that stays now, and of which a message says so
STACK_LAYER = "(the stack)"  # how the layer without a tenant is called; no tenant can be called so

# An unknown code counts as a bug of ours (70); see wrapper/model/errors.py for what the others mean.
_WORST_FIRST = (74, 77, 143, 130, 129, 124, 70, 1, 65, 66, 64, 69, 75, 2, 3, 0)


def worst(codes: Iterable[int]) -> int:
    """The exit code of many; 0 where there is none."""

    def rank(code: int) -> int:
        return _WORST_FIRST.index(code if code in _WORST_FIRST else OrchestrateError.exit_code)

    return min(codes, key=rank, default=0)


@dataclass(frozen=True)
class Changes:
    """How many resources a plan or an apply adds, changes and destroys."""

    added: int = 0
    changed: int = 0
    destroyed: int = 0

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.added + other.added, self.changed + other.changed, self.destroyed + other.destroyed)


@dataclass(frozen=True)
class ErrorDetails:
    """What one of our errors says: what is wrong, where, what to do. ``said``: the last lines of a Terraform that failed
    without a word of its own about why."""

    message: str
    where: str = ""
    hint: str = ""
    said: str = ""


@dataclass(frozen=True)
class LayerResult:
    """How one layer ended. ``tenant`` is "" for the stack's own. ``started`` is None for one that never began;
    ``reason`` says why it is unchanged, stopped or excluded; ``attempts`` counts the first; ``builds``: by name, () where
    the command gives none or they are not known."""

    region: str
    stack: str
    tenant: str
    result: Result
    reason: str = ""
    changes: Changes | None = None
    seconds: float = 0.0
    started: float | None = None
    finished: float | None = None
    exit_code: int = 0
    url: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    log: str = ""
    attempts: int = 1
    error: ErrorDetails | None = None
    drifted: tuple[Drift, ...] = ()
    builds: tuple[BuildChange, ...] = ()
    hooks: tuple[HookRun, ...] = ()

    @property
    def moved(self) -> tuple[BuildChange, ...]:
        """The builds that are others than before."""
        return tuple(b for b in self.builds if b.before != b.after)

    @property
    def label(self) -> str:
        """As Layer.label: region/stack/tenant, without what is not there."""
        return "/".join(part for part in (self.region, self.stack, self.tenant) if part)

    @property
    def ends_soon(self) -> bool:
        return self.reason.startswith(ENDS_SOON)

    @property
    def ok(self) -> bool:
        return self.result not in ("failed", "stopped")

    @property
    def summary(self) -> str:
        """Where Terraform failed, its first complaint; else the error, without the layer's name; else the reason."""
        complaints = [d.summary for d in self.diagnostics if d.severity == "error"]
        if self.exit_code == TerraformFailed.exit_code and complaints:
            return complaints[0]
        if self.error:
            return self.error.message.removeprefix(self.label).lstrip(": ")
        return self.reason or (complaints[0] if complaints else "")


@dataclass(frozen=True)
class ShardRun:
    """One of the runs that a report is made of: one machine's, or an earlier try. ``shard`` is "K/N", or "" for all."""

    id: str
    shard: str
    started: float
    finished: float
    command: str


@dataclass(frozen=True)
class Totals:
    """``results``: how many of each. ``seconds``: the time of all layers together."""

    results: dict[Result, int]
    changes: Changes
    seconds: float


@dataclass(frozen=True)
class Report:
    """A run of one verb over the layers of one stack; or of many stacks, then ``region`` and ``stack`` are "".

    ``command`` is the command in one spelling, ``argv`` the words as they were typed (() where that is not known), both
    without secrets; ``tool`` the version that ran; ``by`` who; ``commit``: that of the
    project's files, "" where that is not known. ``shards`` is empty unless this was merged; ``missing``
    names shards of which no report came, as "K/N"."""

    id: str
    verb: str
    region: str
    stack: str
    started: float
    finished: float
    results: tuple[LayerResult, ...]
    shard: str = ""
    jobs: int = 1
    tool: str = ""
    command: str = ""
    argv: tuple[str, ...] = ()
    by: str = ""
    commit: str = ""
    shards: tuple[ShardRun, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.region}/{self.stack}" if self.region else self.stack

    def name(self, result: LayerResult) -> str:
        """What a result is called within this report: its tenant, where all are of one stack."""
        if result.label == self.label:
            return STACK_LAYER
        return result.label.removeprefix(f"{self.label}/" if self.label else "")

    @property
    def seconds(self) -> float:
        return max(0.0, self.finished - self.started)

    @property
    def totals(self) -> Totals:
        counts = {result: 0 for result in RESULTS}
        changes = Changes()
        for result in self.results:
            counts[result.result] += 1
            changes += result.changes or Changes()
        return Totals(counts, changes, sum(round(a.seconds, 3) for a in self.results))

    @property
    def exit_code(self) -> int:
        """The worst of all. A shard that did not report leaves the outcome unknown, which is 75."""
        return worst([*(a.exit_code for a in self.results), *(BusyError.exit_code for _ in self.missing)])

    @property
    def to_repeat(self) -> tuple[str, ...]:
        """Of one stack's report: tenants that failed or were stopped ("" is the stack layer), each once, sorted."""
        return tuple(sorted({a.tenant for a in self.results if not a.ok}))


@dataclass(frozen=True)
class Merged:
    """A report made of several, and what a person should hear about the making of it."""

    report: Report
    remarks: tuple[str, ...] = field(default=())


def in_order(results: Sequence[LayerResult]) -> tuple[LayerResult, ...]:
    """As they are shown: what went wrong first, then by name; a stack layer before its tenants."""
    return tuple(sorted(results, key=lambda a: (RESULTS.index(a.result), a.label)))
