"""The nouns of a run, as frozen data: Variable, Step, Run, Outcome and what they are made of. Those of a project stand in
:mod:`wrapper.model.stack`, which is enough for a command that runs nothing.

Knows no file, clock, environment or print. Paths here are values, never opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .stack import Layer


class Secret(str):
    """Text that is used as it is and shown as ``***``."""

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True)
class Variable:
    """One ``variable`` block of a Terraform root. ``type`` as in :mod:`wrapper.terraform.type_constraints`; ``default`` as it is
    written, None where there is none; ``untyped``: it says no type, which is not ``any`` to Terraform."""

    name: str
    type: Any
    required: bool
    sensitive: bool
    nullable: bool
    where: str
    default: Any = field(default=None, compare=False)
    untyped: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class ResolvedValue:
    """A value as a layer gets it, and the ``file:line`` (or argument) it came from. ``parts``: of a map, what each source says
    of it, which tells where its keys come from (:mod:`wrapper.terraform.merging`)."""

    value: Any
    origin: str
    parts: tuple[Any, ...] = field(default=(), compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Step:
    """One argv. ``stamp``: skip when this digest was already recorded as done (init).
    ``confirm``: a person must agree before it runs. ``interactive``: it owns the caller's terminal.
    ``accepts``: exit codes that are not a failure. ``last_if``: end the Run, well, on this code.
    ``captured``: what it says on stdout is for us, and is not printed. ``aside``: what it says is no part of the
    answer, and goes to stderr."""

    argv: tuple[str, ...]
    mutates: bool = False
    stamp: str = ""
    confirm: bool = False
    interactive: bool = False
    accepts: tuple[int, ...] = (0,)
    last_if: int | None = None
    captured: bool = False
    aside: bool = False


@dataclass(frozen=True)
class Mount:
    """A folder of the caller's, at ``target`` in the container; read-only unless said."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True)
class FetchedModules:
    """Modules that a root calls from elsewhere, as they were fetched. ``identity``: a line for each, its source and its commit,
    version or digest; ``links``: in the work directory, by path, what each leads to; ``manifest``: Terraform's own list of them;
    ``mounts``: what a container needs for the links to lead somewhere."""

    identity: str
    links: Mapping[str, str]
    manifest: bytes
    mounts: tuple[Mount, ...] = ()


@dataclass(frozen=True)
class RunFiles:
    """What stands in the work directory of a Run, by its path there: ``sources`` (the project's), ``copies`` (the caller's)
    and ``made`` (their bytes, written with mode 0600); ``collect``: files that the Run makes, and where the caller wants
    them, ``always``: those of them that it makes although it fails, ``new``: that must not be there before. ``returned``:
    files of the project that the Run writes in its copy, and where they belong. ``links``: symbolic links, and what each leads
    to."""

    sources: Mapping[str, Path] = field(default_factory=dict)
    copies: Mapping[str, Path] = field(default_factory=dict)
    made: Mapping[str, bytes] = field(default_factory=dict)
    collect: Mapping[str, Path] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    returned: Mapping[str, Path] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ContainerSettings:
    """What a Run has around it: ``name``, ``image`` and ``network`` of its container; its ``mounts`` and ``environment``,
    which an engine without containers gives it as well as it can. ``sealed``: no command after init hashes
    the providers that init has checked; ``contained``: they are part of a read-only image, and cannot be others."""

    name: str
    image: str
    network: str = "bridge"
    mounts: tuple[Mount, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    sealed: bool = False
    contained: bool = True


@dataclass(frozen=True)
class Run:
    """Ordered Steps, files and a container for one layer: all that an Engine needs.

    ``home`` is the run directory; the work directory is ``home/tree/<work>``. ``origins``: where each value came from;
    ``sensitive`` are variables never echoed. ``deletable``: globs of addresses that may be deleted although the stack is
    protected. ``planned``: what a plan file that is kept remembers for its apply. ``untaints``: addresses that its first
    Steps untaint. ``moves``: what becomes of its builds, for the question. ``unlocks``: it releases a lock; ``pushes``: the
    file that it pushes as the state; ``saved``: the state that is saved, where another one waits."""

    layer: Layer
    verb: str
    steps: tuple[Step, ...]
    home: Path
    work: str
    author: str
    files: RunFiles
    container: ContainerSettings
    lock_timeout: float = 0.0
    sensitive: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    deletable: tuple[str, ...] = ()
    planned: Mapping[str, Any] = field(default_factory=dict)
    untaints: tuple[str, ...] = ()
    unlocks: bool = False
    pushes: str = ""
    saved: Mapping[str, Any] = field(default_factory=dict)
    moves: str = ""

    @property
    def mutates(self) -> bool:
        return any(step.mutates for step in self.steps)


@dataclass(frozen=True)
class Diagnostic:
    """A warning or an error in Terraform's own words. ``address`` is the resource's, ``where`` is ``file:line``;
    each "" where Terraform named none."""

    severity: str  # "error" | "warning"
    summary: str
    detail: str = ""
    address: str = ""
    where: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a Step or a Run ended: the exit code and the last of what it said (``stderr``: of that there). Truthy when ok.
    ``url`` is the tenant's, after an apply. ``out_of_memory``: a process of it was killed because there was no more.
    ``begun`` is False of a Step that never started, because a stop came first. ``unsaved``: the state that it printed, since
    it could save it nowhere."""

    code: int
    ok: bool
    tail: str = ""
    stderr: str = ""
    out_of_memory: bool = False
    skipped: bool = False
    changes: tuple[int, int, int] | None = None  # added, changed, destroyed
    url: str = ""
    captured: bytes = b""
    begun: bool = True
    unsaved: bytes = b""

    def __bool__(self) -> bool:
        return self.ok


@dataclass(frozen=True)
class Drift:
    """A resource that is not as its state says: its address, and the attributes that differ."""

    address: str
    attributes: tuple[str, ...] = ()
