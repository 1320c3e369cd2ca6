"""What the folders of a project are, as frozen data: Stack, Layer and their settings; and where a layer's state is.

Knows no file. Paths here are values, never opened. All are NamedTuples: each start makes these classes, and a frozen dataclass
takes five times as long.
"""

# Annotations are no texts here: a NamedTuple compiles each text.

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from . import naming
from .errors import OrchestrateError

MERGE_RULES = ("deep", "replace")  # how a map meets the one below it: key by key, or as a whole


class Hook(NamedTuple):
    """A program that stack.hcl names. ``on``: events such as ``before_apply``; ``place``: "host", or "container" (the image)."""

    name: str
    on: tuple[str, ...]
    command: tuple[str, ...]
    timeout: str = "5m"
    place: str = "host"


class Settings(NamedTuple):
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
    merge: str = ""  # of MERGE_RULES; "": not decided yet
    before_deploy: tuple[str, ...] = ()  # tasks that run with the new build before a service changes
    after_deploy: tuple[str, ...] = ()  # tasks that run once ECS runs the new build
    task_timeout: str = ""  # how long such a task may take
    hooks: tuple[Hook, ...] = ()


class Backend(NamedTuple):
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


class Stack(NamedTuple):
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

    def tenant_file(self, tenant: str) -> Path:
        """Where a tenant's own values stand."""
        return self.config / "tenants" / f"{tenant}.tfvars"


class UnreadableStack(NamedTuple):
    """A folder of a stack whose files say no Stack, and why."""

    region: str
    name: str
    error: OrchestrateError


class Layer(NamedTuple):
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


def state_key(layer: Layer) -> str:
    """The layer's state key: derived, unless an older project wrote the key of its one state by hand."""
    if layer.stack.backend.key and not layer.tenant:
        return layer.stack.backend.key
    return naming.state_key(layer.stack.region, layer.stack.name, layer.tenant)


def lock_key(stack: Stack, key: str) -> str:
    """Where Terraform's backends keep the lock of the state at ``key``."""
    folder, slash, last = key.rpartition("/")
    return f"{folder}{slash}.{last}.lock.info" if stack.backend.kind == "local" else f"{key}.tflock"
