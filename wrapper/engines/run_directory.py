"""The only writer of run directories: a layer's own copy of its Terraform root, one holder at a time.

    runs/<region>/<stack>/<tenant>/
        lock        flock'ed while a run holds the directory; says who
        stamp       digest of what `init` last did
        providers   digest of what the system said of the providers then
        tree/       the project mirrored: tree/src/<root>/ is the work directory (mode 0700)

Values and plan files are removed when a run ends: they hold secrets in clear.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from ..model import strict_json
from ..model.errors import BusyError, ConfigError, NotFoundError, UnavailableError
from ..model.naming import LOCK_FILE, PROJECT
from ..model.nouns import Run
from ..project import paths, private_folder
from ..project.sources import is_left_out
from ..terraform.commands import ERRORED_STATE, PLAN_FILE, VALUES_FILE, without_checksums
from . import checked_providers

_KEPT = {".terraform", LOCK_FILE, ERRORED_STATE, "inputs"}
NONCE = ".nonce"
_LOOK = 0.3  # seconds; a command that looks for what killed runs left holds the lock for a moment


class RunDirectory:
    """The run directory of one Run, while it is held. ``lock``: the descriptor that holds it. A Terraform that inherits it
    goes on holding the directory when we are killed; ``working``: one does now."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.lock = -1
        self.working = False
        self.work = run.home / "tree" / run.work
        self.nonce = secrets.token_hex(8)
        self._lock_file: bytes | None = None  # while another stands in its place

    def ready(self, stamp: str) -> bool:
        """Whether what ``stamp`` digests was already initialised here, and by no tool that looked at no provider."""
        file = self.run.home / "stamp"
        is_done = bool(stamp) and file.is_file() and file.read_text() == stamp and (self.work / ".terraform").is_dir()
        return is_done and (self.run.container.contained or (self.run.home / "providers").is_file())

    def mark(self, stamp: str) -> None:
        _write(self.run.home / "stamp", stamp.encode())
        _write(self.run.home / "providers", self._providers.encode())

    @property
    def _providers(self) -> str:
        return checked_providers.digest(self.work, self.work / LOCK_FILE)

    def _are_checked(self) -> bool:
        """Whether its providers are those that init has checked: they are part of a read-only image, or the same files."""
        file, container = self.run.home / "providers", self.run.container
        return container.contained or (file.is_file() and file.read_text() == self._providers != "")

    def seal(self) -> None:
        """Init is done: until the run ends no command hashes what init has checked (``ContainerSettings.sealed``)."""
        file = self.work / LOCK_FILE
        if self.run.container.sealed and self._lock_file is None and file.is_file() and self._are_checked():
            self._lock_file = file.read_bytes()
            _write(file, without_checksums(self._lock_file.decode()).encode())

    def unseal(self) -> None:
        if self._lock_file is not None:
            with contextlib.suppress(
                OSError
            ):  # a full disk: whatever is there, the next init begins with the right one
                _write(self.work / LOCK_FILE, self._lock_file)
            self._lock_file = None

    @property
    def errored_state(self) -> Path | None:
        """The state that Terraform could not save, if there is one; it may be empty, or a link to where it is."""
        file = self.work / ERRORED_STATE
        return file if file.is_file() or file.is_symlink() else None

    def recovered(self) -> None:
        """The state that could not be saved has been pushed; it no longer stands in the way."""
        (self.work / ERRORED_STATE).unlink(missing_ok=True)


@contextlib.contextmanager
def occupy(
    run: Run, notice: Callable[[str], None], still_used: Callable[[], None] = lambda: None
) -> Iterator[RunDirectory]:
    """Hold the run directory and lay everything out in it. BusyError when another run holds it longer
    than the lock timeout. ``still_used`` waits or refuses where a run that was cut off still works in it."""
    directory = RunDirectory(run)
    with _made(directory.work, "set ORCHESTRATE_HOME to a folder of yours"):
        private_folder.make(directory.work)
    for mount in run.container.mounts:
        if mount.writable:
            with _made(mount.source, "see path in backend.tfvars"):
                mount.source.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _held(directory, notice):
        still_used()
        try:
            with _writable(directory.work):
                _mirror(directory)
                _drop_lock_file(directory)
                _copy_sources(directory, run.files.sources)
                _link_modules(directory)
                _write_files(directory)
            yield directory
        finally:
            _clean(directory)


@contextlib.contextmanager
def _made(folder: Path, hint: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotFoundError(f"cannot make the folder: {error.strerror}", where=str(folder), hint=hint) from None


@contextlib.contextmanager
def _writable(place: Path) -> Iterator[None]:
    """A full disk or a folder of another user's, in our words."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            f"cannot write the run directory: {error.strerror}",
            where=str(place),
            hint="free disk space, check the owner of the folder, or set ORCHESTRATE_HOME to another folder",
        ) from None


@contextlib.contextmanager
def _held(directory: RunDirectory, notice: Callable[[str], None]) -> Iterator[None]:
    run = directory.run
    with _writable(run.home / "lock"):
        file = private_folder.open_file(run.home / "lock", os.O_RDWR | os.O_CREAT)
    try:
        _wait_for_lock(file, run, notice)
        holder = {"who": run.author, "verb": run.verb, "pid": os.getpid(), "since": time.time()}
        with _writable(run.home):
            os.ftruncate(file, 0)
            os.pwrite(file, json.dumps(holder).encode(), 0)
        directory.lock = file
        try:
            yield
        finally:
            if not directory.working:
                with contextlib.suppress(OSError):
                    os.ftruncate(file, 0)  # one that is not empty is of a run that was killed: see leftovers.py
    finally:
        if not directory.working:  # what a provisioner left running has inherited it, too
            fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)


def _wait_for_lock(file: int, run: Run, notice: Callable[[str], None]) -> None:
    deadline, said = time.monotonic() + max(run.lock_timeout, _LOOK), False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = _holder(file)
            if time.monotonic() >= deadline:
                raise BusyError(
                    f"{run.layer.label} is in use by {holder}", hint="wait for it with -lock-timeout=5m"
                ) from None
            if not said and run.lock_timeout:
                notice(f"waiting for {holder}")
                said = True
            time.sleep(_LOOK / 2)


def _holder(file: int) -> str:
    try:
        info = strict_json.parse(os.pread(file, 4096, 0))
        since = time.strftime("%H:%M:%S", time.localtime(info["since"]))
        return f"{info['who']} ({info['verb']}, process {info['pid']}, since {since})"
    except (ValueError, KeyError, TypeError):
        return "another run"


# -- laying out ---------------------------------------------------------------------------------


def _mirror(directory: RunDirectory) -> None:
    """Symbolic links beside the work directory, so that ``../modules`` is the project's on this host too."""
    root, tree = directory.run.layer.stack.root, directory.run.home / "tree"
    _link(tree / "modules", root / "modules")
    for mount in directory.run.container.mounts:
        if mount.source.parent == root and mount.target == f"{PROJECT}/{mount.source.name}":
            _link(tree / mount.source.name, mount.source)
    here, there = tree, root
    for part in Path(directory.run.work).parts:
        here, there = here / part, there / part
        for sibling in there.parent.iterdir() if there.parent != root else ():
            if sibling != there and not (sibling.name.startswith(".") and is_left_out(sibling.name)):
                _link(here.parent / sibling.name, sibling)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    if link.is_symlink():
        link.unlink()
    elif link.is_dir():
        return  # a work directory of its own
    if target.exists():
        link.symlink_to(target)


def _copy_sources(directory: RunDirectory, sources: Mapping[str, Path]) -> None:
    wanted = {directory.work / name for name in sources}
    for name, source in sources.items():
        _write(directory.work / name, source.read_bytes())
    for folder, names, files in os.walk(directory.work):
        here = Path(folder)
        if here == directory.work:
            names[:] = [n for n in names if n not in _KEPT]
        for file in files:
            if here / file not in wanted and file not in _KEPT:
                (here / file).unlink()


def _drop_lock_file(directory: RunDirectory) -> None:
    """Where init must run, a lock file that is not the root's own is of an earlier image: it may name providers that
    this one does not have."""
    stamps = [step.stamp for step in directory.run.steps[:1] if step.stamp]
    if stamps and not directory.ready(stamps[0]) and LOCK_FILE not in directory.run.files.sources:
        (directory.work / LOCK_FILE).unlink(missing_ok=True)


def _write_files(directory: RunDirectory) -> None:
    run = directory.run
    for name, data in {**run.files.made, NONCE: directory.nonce.encode()}.items():
        _write(directory.work / name, data)
    for name, source in run.files.copies.items():
        _write(directory.work / name, paths.read(source, str(source)))
    for name in run.files.collect:
        (directory.work / name).parent.mkdir(exist_ok=True)


def _link_modules(directory: RunDirectory) -> None:
    """Each module from elsewhere where Terraform would have downloaded it to. What an earlier run has there goes."""
    for name, target in directory.run.files.links.items():
        link = directory.work / name
        private_folder.make(link.parent)
        if link.is_symlink() and os.readlink(link) == target:
            continue
        if link.is_dir() and not link.is_symlink():
            shutil.rmtree(link)
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _write(path: Path, data: bytes) -> None:
    if path.is_symlink():
        raise ConfigError("a symbolic link where a file of the run belongs", where=str(path), hint="remove it")
    if path.is_file() and path.read_bytes() == data:
        return
    private_folder.make(path.parent)
    partial = path.with_name(f".{path.name}.partial")
    with os.fdopen(private_folder.open_file(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
        file.write(data)
    partial.rename(path)


def _clean(directory: RunDirectory) -> None:
    directory.unseal()
    for name in (PLAN_FILE, VALUES_FILE, NONCE):
        (directory.work / name).unlink(missing_ok=True)
    shutil.rmtree(directory.work / "inputs", ignore_errors=True)


def collect(directory: RunDirectory, stamp: Callable[[Path], None], names: Collection[str] | None = None) -> None:
    """Files the run made for the caller (``-out``), stamped with their layer and put where asked. ``names``: only these."""
    for name, target in directory.run.files.collect.items():
        made = directory.work / name
        if not made.is_file() or (names is not None and name not in names):
            continue
        stamp(made)
        try:
            put(made, target, 0o600)
        except OSError as error:
            raise NotFoundError(f"cannot write it: {error.strerror}", where=str(target)) from None


def put(made: Path, target: Path, mode: int | None = None) -> None:
    """A copy of a file that the run made, in its place whole or not at all. ``mode``: None for that of a new file. Raises
    OSError."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        shutil.copyfile(made, partial)
        if mode is not None:
            partial.chmod(mode)
        partial.rename(target)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
