"""The nouns, as frozen data: Stack, Layer, Step, Run, Outcome and what they are made of.

Knows no file, clock, environment or print. Paths here are values, never opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Secret(str):
    """Text that is used as it is and shown as ``***``."""

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True)
class Hook:
    """A program that stack.hcl names. ``on``: events such as ``before_apply``; ``place``: "host", or "container" (the image)."""

    name: str
    on: tuple[str, ...]
    command: tuple[str, ...]
    timeout: str = "5m"
    place: str = "host"


@dataclass(frozen=True)
class Settings:
    """stack.hcl: what a stack is, beyond its values. Every field is optional there."""

    source: str = ""
    ephemeral: bool = False
    night: str = "destroy"  # what reap does with it, where it is ephemeral: "destroy", or "stop"
    protected: bool = False
    account: str = ""
    role_arn: str = ""
    promotes_from: str = ""
    tenant_file: bool | None = None
    rate_limit: bool | None = None  # None: on the real AWS, with more than one layer
    rollout_timeout: str = ""
    smoke: str = ""
    builds: str = "both"  # which may move a build: "config" (the files), "pipeline" (commands), "both"
    terraform: str = ""  # the version that runs it, where it is not the project's
    merge: str = ""  # how a map meets the one below it: "deep" (key by key), "replace"; "": not decided yet
    before_deploy: tuple[str, ...] = ()  # tasks that run with the new build before a service changes
    after_deploy: tuple[str, ...] = ()  # tasks that run once ECS runs the new build
    task_timeout: str = ""  # how long such a task may take
    hooks: tuple[Hook, ...] = ()


@dataclass(frozen=True)
class Backend:
    """Where states live. ``key`` is set only where an older project wrote it by hand."""

    kind: str  # "s3" | "local"
    config: Mapping[str, Any]
    where: str
    key: str = ""

    @property
    def bucket(self) -> str:
        return str(self.config.get("bucket", ""))

    @property
    def region(self) -> str:
        return str(self.config.get("region", ""))


@dataclass(frozen=True)
class Stack:
    """``config/<region>/<name>`` and the Terraform roots it runs. ``region`` is "" where there is none."""

    region: str
    name: str
    root: Path
    config: Path
    source: Path
    tenant_source: Path | None
    settings: Settings
    backend: Backend

    @property
    def label(self) -> str:
        return f"{self.region}/{self.name}" if self.region else self.name

    @property
    def aws_region(self) -> str:
        """Where AWS is asked about it: its own region, or its bucket's; "" where no file says one."""
        return self.region or self.backend.region

    @property
    def settings_file(self) -> str:
        """Its stack.hcl, as a path from the project's root."""
        return str((self.config / "stack.hcl").relative_to(self.root))


@dataclass(frozen=True)
class Layer:
    """What one state covers: a stack's own root (``tenant`` is "") or one tenant's."""

    stack: Stack
    tenant: str = ""

    @property
    def label(self) -> str:
        return f"{self.stack.label}/{self.tenant}" if self.tenant else self.stack.label

    @property
    def source(self) -> Path:
        if not self.tenant:
            return self.stack.source
        assert self.stack.tenant_source is not None
        return self.stack.tenant_source


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
    which an engine without containers gives it as well as it can. ``sealed``: its providers are part of a read-only image,
    so that what init has checked cannot be another afterwards."""

    name: str
    image: str
    network: str = "bridge"
    mounts: tuple[Mount, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    sealed: bool = False


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
