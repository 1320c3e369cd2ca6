"""Makes the lock file of a Terraform root, in a copy of the project's code: ``terraform providers lock``, in a short container or
on the host."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..model.errors import ConfigError
from ..model.naming import LOCK_FILE, PROJECT
from ..model.nouns import FetchedModules, Mount
from ..terraform.commands import MODULES_FILE
from . import short_container
from .run_directory import put

_LEFT_OUT = shutil.ignore_patterns(".terraform", ".git", "*.tfstate*", "*.tfvars")
_MIRROR = "/mirror"
LineCallback = Callable[[str], None]


@dataclass(frozen=True)
class LockRequest:
    """``root``: the project's; ``mirror``: a folder, or the URL of a network mirror, in place of the registries; ``upgrade``:
    what is locked does not bind; ``fetched``: of a root's folder, the modules that it calls from elsewhere."""

    root: Path
    home: Path
    platforms: Sequence[str]
    mirror: str = ""
    upgrade: bool = False
    environment: Mapping[str, str] | None = None
    fetched: Callable[[Path], FetchedModules | None] = lambda _: None


Executor = Callable[[LockRequest, Path, Path, LineCallback], int]


def lock(asked: LockRequest, folder: Path, execute: Executor, said: LineCallback) -> None:
    """Write the lock file of the root in ``folder``, whole or not at all. ConfigError where Terraform cannot make it."""
    heard: list[str] = []

    def hear(line: str) -> None:
        heard.append(line)
        said(line)

    with _copied(asked, folder) as tree:
        place = folder.relative_to(asked.root)
        _lay_modules(asked.fetched(folder), tree / place)
        code = execute(asked, tree, place, hear)
        made = tree / place / LOCK_FILE
        if code == 0 and made.is_file():
            put(made, folder / LOCK_FILE)
            return
    said_last = "\n".join(heard).strip().rpartition("\n- ")[2]
    reason = " ".join(said_last.split()).rstrip(".") or "it said nothing"
    raise ConfigError(
        f"terraform providers lock failed: {reason}",
        where=str(place),
        hint="change the root's constraints; or let go of what is locked with --upgrade; or name a mirror that holds the "
        "providers with --mirror",
    )


@contextmanager
def _copied(asked: LockRequest, folder: Path) -> Iterator[Path]:
    """src/ and modules/, where Terraform may write."""
    with tempfile.TemporaryDirectory(dir=asked.home, prefix="lock-") as name:
        tree = Path(name)
        for part in ("src", "modules"):
            if (asked.root / part).is_dir():
                shutil.copytree(asked.root / part, tree / part, ignore=_LEFT_OUT)
        if asked.upgrade:
            (tree / folder.relative_to(asked.root) / LOCK_FILE).unlink(missing_ok=True)
        yield tree


def _lay_modules(fetched: FetchedModules | None, work: Path) -> None:
    """Where Terraform would have downloaded them to, so that it needs no key."""
    if fetched is None:
        return
    (work / MODULES_FILE).parent.mkdir(parents=True)
    (work / MODULES_FILE).write_bytes(fetched.manifest)
    for name, target in fetched.links.items():
        (work / name).symlink_to(target)


def _script(asked: LockRequest, mirror: str) -> list[str]:
    source = ["-net-mirror=" + mirror] if mirror.startswith("https://") else ["-fs-mirror=" + mirror] if mirror else []
    words = ["terraform", "providers", "lock", "-no-color", *source, *(f"-platform={p}" for p in asked.platforms)]
    return ["sh", "-c", 'terraform get -no-color >/dev/null && exec "$@"', "sh", *words]


def in_container(client: Any, image: str, network: str) -> Executor:
    def execute(asked: LockRequest, tree: Path, place: Path, said: LineCallback) -> int:
        folder = asked.mirror and not asked.mirror.startswith("https://")
        modules = asked.fetched(asked.root / place)
        mounts = [Mount(tree, PROJECT, writable=True), *([Mount(Path(asked.mirror), _MIRROR)] if folder else [])]
        mounts += modules.mounts if modules else ()
        argv = _script(asked, _MIRROR if folder else asked.mirror)
        environment = {"TF_CLI_CONFIG_FILE": "/dev/null", **(asked.environment or {})}
        return short_container.run(client, image, argv, f"{PROJECT}/{place}", mounts, environment, said, network)

    return execute


def on_host(asked: LockRequest, tree: Path, place: Path, said: LineCallback) -> int:
    environment = {"PATH": os.defpath, "CHECKPOINT_DISABLE": "1", **(asked.environment or {})}
    argv = _script(asked, asked.mirror)
    with subprocess.Popen(
        argv, cwd=tree / place, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for line in process.stdout or ():
            said(line.rstrip())
    return process.returncode
