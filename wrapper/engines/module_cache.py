"""The modules that Terraform downloads, on disk: an entry for each source, version and what was fetched from there. An entry is
whole or not there and never changes, so any number of runs may read it at once.

    modules/lock                            flock'ed while something is fetched
    modules/fetching-*/                     what a fetch has so far; the next one removes that of a killed one
    modules/<source, version>/<identity>/   entry.json, and tree/: m the module, m.x what it calls as x
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ..model.errors import ConfigError
from ..model.fingerprint import digest
from ..project import private_folder
from ..terraform import module_sources
from ..terraform.commands import MODULES_FILE
from ..terraform.module_sources import GitSource, ModuleCall
from . import git_folder

_ENTRY, _TREE, _DRAFT = "entry.json", "tree", "fetching-"
_DOWNLOADED = MODULES_FILE.rpartition("/")[0]
Record = Mapping[str, str]  # of Terraform's modules.json: Key, Source, Dir and perhaps Version


@dataclass(frozen=True)
class Package:
    """One download: ``source`` as it may be shown, ``found`` its commit, or a digest of what came; ``version``: of a registry;
    ``url`` and ``ref``: where git finds out whether it has moved, "" where it cannot."""

    source: str
    found: str
    version: str = ""
    url: str = ""
    ref: str = ""

    @property
    def line(self) -> str:
        return f"{self.source} {self.version + '+' if self.version else ''}{self.found}"


@dataclass(frozen=True)
class Entry:
    """A module and what it calls, as they were fetched; ``at``: when, in seconds."""

    folder: Path
    records: tuple[Record, ...]
    packages: tuple[Package, ...]
    at: float

    @property
    def identity(self) -> tuple[str, ...]:
        return tuple(sorted({package.line for package in self.packages}))

    @property
    def tree(self) -> Path:
        return self.folder / _TREE

    @property
    def moving(self) -> list[tuple[GitSource, str]]:
        """What may be another commit by now, and the one that is here."""
        return [(GitSource(p.url, p.ref), p.found) for p in self.packages if p.url]


class ModuleCache:
    """``home``: the project's private folder."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "modules"

    def entries(self, call: ModuleCall) -> list[Entry]:
        """What was fetched for a call, the newest first."""
        found = (_read(file.parent) for file in self._place(call).glob(f"*/{_ENTRY}"))
        return sorted((e for e in found if e), key=lambda e: e.at, reverse=True)

    def _place(self, call: ModuleCall) -> Path:
        return self.folder / digest(call.source, call.version)

    @contextmanager
    def alone(self, wait: Callable[[], None]) -> Iterator[None]:
        """One fetch at a time. ``wait`` is told where another goes on."""
        private_folder.make(self.folder)
        file = private_folder.open_file(self.folder / "lock", os.O_RDWR | os.O_CREAT)
        try:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                wait()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """A folder to fetch into; held :meth:`alone`, so what lies there is of one that was killed."""
        for left in self.folder.glob(f"{_DRAFT}*"):
            remove(left)
        folder = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=self.folder))
        try:
            yield folder
        finally:
            remove(folder)

    def publish(self, draft: Path, calls: Mapping[str, ModuleCall], now: float) -> list[Entry]:
        """What ``terraform get`` made of a root that calls these modules by these names. ConfigError for a link that leads out."""
        records = json.loads((draft / MODULES_FILE).read_bytes())["Modules"]
        packages = _packages(draft, records)
        return [self._publish(draft, name, call, records, packages, now) for name, call in calls.items()]

    def _publish(
        self,
        draft: Path,
        name: str,
        call: ModuleCall,
        records: list[Record],
        packages: Mapping[str, Package],
        now: float,
    ) -> Entry:
        mine = [r for r in records if r["Key"] == name or r["Key"].startswith(f"{name}.")]
        tops = [r["Key"] for r in mine if r["Key"] in packages]
        made = draft / f"entry-{name}"
        (made / _TREE).mkdir(parents=True)
        for top in tops:
            folder = draft / _DOWNLOADED / top
            _check_links(folder, call)
            folder.rename(made / _TREE / f"m{top.removeprefix(name)}")
        renamed = tuple(_renamed(r, name, "m") for r in mine)
        entry = Entry(made, renamed, tuple(packages[top] for top in tops), now)
        place = self._place(call) / digest(*entry.identity)
        data = {"records": list(renamed), "packages": [asdict(p) for p in entry.packages], "at": now}
        private_folder.write(made / _ENTRY, json.dumps(data))
        _close(made / _TREE)
        private_folder.make(place.parent)
        if _read(place) is None:  # else it is there already: a branch is where it was before
            remove(place)
            made.rename(place)
        os.utime(place / _ENTRY, (now, now))
        return Entry(place, renamed, entry.packages, now)

    def clear(self) -> int:
        """Remove every entry; how many there were."""
        found = list(self.folder.glob(f"*/*/{_ENTRY}"))
        for folder in self.folder.glob("*/"):
            remove(folder)
        return len(found)


def _read(folder: Path) -> Entry | None:
    """None for one that is damaged, which is fetched again."""
    try:
        file = folder / _ENTRY
        data = json.loads(file.read_bytes())
        packages = tuple(Package(**p) for p in data["packages"])
        return Entry(folder, tuple(data["records"]), packages, file.stat().st_mtime)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _renamed(record: Record, old: str, new: str) -> Record:
    """Below another name: ``m0.x`` -> ``m.x``, and so its folder."""
    inner = record["Dir"].removeprefix(f"{_DOWNLOADED}/{old}")
    return {**record, "Key": new + record["Key"].removeprefix(old), "Dir": f"{_DOWNLOADED}/{new}{inner}"}


def manifest(calls: Mapping[str, ModuleCall], found: Mapping[str, Entry]) -> bytes:
    """Terraform's modules.json for a root that calls these: what stands in the project, and what was fetched."""
    records: list[Record] = [{"Key": "", "Source": "", "Dir": "."}]
    for key, call in calls.items():
        if call.directory:
            records.append({"Key": key, "Source": call.source, "Dir": call.directory})
        else:
            records += [_renamed(record, "m", key) for record in found[key].records]
    return json.dumps({"Modules": records}).encode()


def links(key: str, entry: Entry, tree: str) -> dict[str, str]:
    """Of a call, the folders of its entry below the work directory. ``tree``: where a run sees the entry's."""
    return {f"{_DOWNLOADED}/{key}{f.name.removeprefix('m')}": f"{tree}/{f.name}" for f in entry.tree.iterdir()}


def _packages(draft: Path, records: list[Record]) -> dict[str, Package]:
    """Each download by its key. Terraform copies what several calls have in common, without git's folder."""
    downloaded = [r for r in records if r["Dir"] == _download_of(r) or r["Dir"].startswith(f"{_download_of(r)}/")]
    known: dict[tuple[str, str], git_folder.State] = {}
    for record in downloaded:
        state = git_folder.taken_out(draft / _download_of(record))
        if state is not None:
            known[_package_of(record)] = state
    return {r["Key"]: _package(draft, r, known.get(_package_of(r))) for r in downloaded if r["Key"]}


def _download_of(record: Record) -> str:
    return f"{_DOWNLOADED}/{record['Key']}"


def _package_of(record: Record) -> tuple[str, str]:
    source, _, query = record["Source"].partition("?")
    scheme, there, path = source.partition("://")
    return f"{scheme}{there}{path.partition('//')[0]}?{query}", record.get("Version", "")


def _package(draft: Path, record: Record, state: git_folder.State | None) -> Package:
    source, version = module_sources.shown(record["Source"]), record.get("Version", "")
    if state is None:
        return Package(source, _content(draft / _download_of(record)), version)
    git = module_sources.git_source(record["Source"])
    if git is None or state.stays(git.ref):
        return Package(source, state.commit, version)
    return Package(source, state.commit, version, git.url, git.ref)


def _content(folder: Path) -> str:
    """A digest of names and contents."""
    hashed = hashlib.sha256()
    for file in sorted(f for f in folder.rglob("*") if f.is_file()):
        hashed.update(f"{file.relative_to(folder)}\0".encode("utf-8", "surrogateescape"))
        hashed.update(hashlib.sha256(file.read_bytes()).digest())
    return hashed.hexdigest()[:16]


def _check_links(folder: Path, call: ModuleCall) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(
            folder.resolve() if path != folder else folder.parent
        ):
            raise ConfigError(
                f"module {call.key} holds a symbolic link that leads out of it: {path.relative_to(folder)}",
                where=call.where,
                hint="take a revision of the module without it",
            )


def _close(tree: Path) -> None:
    """Nothing below it is written any more, where no mount says so."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o555)


def remove(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            with suppress(OSError):
                path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
