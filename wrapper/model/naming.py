"""Where things are and what they are called: names, Terraform's files, state keys, run directories. Pure.

A name is checked here before any path is built from it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from .errors import ConfigError, NotFoundError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
STATE_FILE = "terraform.tfstate"
PROJECT = "/project"  # where a project stands in a container
LOCK_FILE = ".terraform.lock.hcl"
_SOURCES = (".tf", ".tf.json")
SLOTS_FILE = "allotments.json"


def check_name(kind: str, name: str) -> str:
    """``name`` itself if it is a good name of a region, stack or tenant; else UsageError."""
    if _NAME.match(name):
        return name
    raise UsageError(
        f"{name!r} is not the name of a {kind}", hint="a name is 1 to 31 of a-z, 0-9 and '-', and begins with a letter"
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like ``word``, or ""."""
    import difflib

    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return found[0] if found else ""


def unknown(kind: str, name: str, known: Iterable[str], where: str = "") -> NotFoundError:
    """The error for a name that nothing has: with the nearest one, or all of them."""
    names = sorted(known)
    close = nearest(name, names)
    hint = f"did you mean {close}?" if close else f"there is: {', '.join(names) or 'none yet'}"
    return NotFoundError(f"no {kind} {name!r}", where=where, hint=hint)


def check_setting(name: str, known: Collection[str], where: str) -> None:
    """ConfigError for a setting that a file does not have. ``known``: those that it has, in the order in which they are named."""
    if name in known:
        return
    close = nearest(name, known)
    hint = f"did you mean {close}?" if close else f"settings: {', '.join(known)}"
    raise ConfigError(f"no setting {name!r}", where=where, hint=hint)


def capital(name: str) -> str:
    """``service1-build`` and ``service1_build`` as pipelines write them: ``SERVICE1_BUILD``."""
    return name.upper().replace("-", "_")


def is_source(name: str) -> bool:
    """Whether Terraform reads a file of this name in a root or a module."""
    return name.endswith(_SOURCES) and not name.startswith(".")


def sources_among(files: Iterable[Path]) -> list[Path]:
    """Those of the files of a folder that Terraform reads."""
    return [file for file in files if is_source(file.name)]


def state_key(region: str, stack: str, tenant: str = "") -> str:
    """The state's key in the bucket: ``<region>/<stack>[/tenants/<tenant>]/terraform.tfstate``."""
    return "/".join([*_place(region, stack, tenant), STATE_FILE])


def stack_prefix(region: str, stack: str) -> str:
    """What all keys of a stack begin with: its own, its tenants' and what is kept beside them."""
    return "/".join([*_place(region, stack), ""])


def tenants_prefix(region: str, stack: str) -> str:
    return "/".join([*_place(region, stack), "tenants", ""])


def slots_key(region: str, stack: str) -> str:
    """Where a stack's slots are kept, beside its states."""
    return "/".join([*_place(region, stack), SLOTS_FILE])


def beside(key: str, name: str) -> str:
    """The key of something kept beside a state. States with names of their own (older projects) may share a folder."""
    folder, _, last = key.rpartition("/")
    return f"{folder}/{name}" if folder and last == STATE_FILE else f"{key}.{name}"


def _place(region: str, stack: str, tenant: str = "") -> list[str]:
    return [part for part in (region, stack) if part] + (["tenants", tenant] if tenant else [])


def run_home(home: Path, region: str, stack: str, tenant: str = "") -> Path:
    """The run directory of one layer. ``_`` can begin no name, so these never meet a tenant's."""
    return home / "runs" / (region or "_") / stack / (tenant or "_stack")


def container_name(root: Path, region: str, stack: str, tenant: str = "") -> str:
    """Deterministic, so that a second container of one layer is refused by the engine.
    Parts are joined by dots, which no name can hold: a-b + c never meets a + b-c."""
    import hashlib

    project = hashlib.sha256(str(root).encode()).hexdigest()[:8]
    return ".".join(["orchestrate", project, region or "_", stack, tenant or "_stack"])


def below(root: Path, path: Path) -> bool:
    """Whether ``path`` (resolved) lies in ``root`` (resolved)."""
    return path == root or str(path).startswith(str(root).rstrip("/") + "/")
