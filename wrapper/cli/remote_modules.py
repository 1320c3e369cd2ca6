"""The modules that a project's roots call from elsewhere, for one command: which are here, which have moved, and which must be
fetched. Each is looked up and fetched once, however many layers run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..engines import fetch_failures, module_cache, module_fetch
from ..engines.image.image_request import ImageRequest
from ..engines.module_cache import Entry, ModuleCache
from ..engines.module_fetch import FetchExecutor
from ..model.nouns import FetchedModules, Mount
from ..model.stack import Layer
from ..project import module_calls, private_folder
from ..terraform.module_sources import GitSource, ModuleCall, asks_ssh, is_commit, is_exact, shown
from . import fetch_credentials, installation

if TYPE_CHECKING:
    from ..project.project import Project
    from .console import TerminalConsole

_INSIDE = "/modules-fetched"
CallKey = tuple[str, str]  # source and version constraint, as written


@dataclass
class RemoteModules:
    """``calls``: of a layer's root; ``executor``: makes what fetches these; ``contained``: Terraform runs in a container."""

    cache: ModuleCache
    calls: Callable[[Layer], Sequence[ModuleCall]]
    executor: Callable[[Iterable[ModuleCall]], FetchExecutor]
    info: Callable[[str], None]
    contained: bool
    dry: bool = False
    chosen: dict[CallKey, Entry] = field(default_factory=dict)
    looked: dict[GitSource, str] = field(default_factory=dict)
    told: set[CallKey] = field(default_factory=set)

    def __call__(self, layer: Layer, *, look_up: bool = False, pinned: str | None = None) -> FetchedModules | None:
        calls = {call.key: call for call in self.calls(layer)}
        remote = {_key(call): call for call in calls.values() if not call.directory}
        if not remote:
            return None
        if pinned is not None:
            found = self._pinned(remote, pinned)
        else:
            found = self._here(remote) if self.dry else self._current(remote, look_up=look_up)
        if len(found) < len(remote):
            return None
        self._tell(remote, found)
        return self._laid_out(calls, {key: found[_key(call)] for key, call in calls.items() if not call.directory})

    def fetch_again(self, calls: Iterable[ModuleCall]) -> None:
        """Fetch what may be another by now, whatever is here."""
        moving = {_key(c): c for c in calls if not c.directory and self._may_move(c)}
        self.chosen |= self._fetch(moving) if moving else {}

    def clear(self) -> int:
        """Remove all that was fetched. Says how many they were."""
        with self.cache.alone(self._waiting):
            return self.cache.clear()

    def _may_move(self, call: ModuleCall) -> bool:
        return any(e.moving or _kept(call, e) for e in self.cache.entries(call)[:1]) or not self.cache.entries(call)

    def _here(self, remote: Mapping[CallKey, ModuleCall]) -> dict[CallKey, Entry]:
        """Of a dry run: what was fetched before."""
        found = {key: entries[0] for key, call in remote.items() if (entries := self.cache.entries(call))}
        for call in (c for key, c in remote.items() if key not in found):
            self.info(f"would fetch module {call.key} ({_said(call)})")
        return found

    def _current(self, remote: Mapping[CallKey, ModuleCall], *, look_up: bool) -> dict[CallKey, Entry]:
        left = {key: call for key, call in remote.items() if key not in self.chosen}
        here = {key: entries for key, call in left.items() if (entries := self.cache.entries(call))}
        if look_up:
            self._look_up({key: (left[key], entries[0]) for key, entries in here.items()})
        for key, entries in here.items():
            fitting = next((e for e in entries if self._is_now(e, look_up=look_up)), None)
            if fitting:
                self.chosen[key] = fitting
        missing = {key: call for key, call in left.items() if key not in self.chosen}
        self.chosen |= self._fetch(missing) if missing else {}
        return {key: self.chosen[key] for key in remote}

    def _is_now(self, entry: Entry, *, look_up: bool) -> bool:
        return not look_up or all(self.looked.get(source, commit) == commit for source, commit in entry.moving)

    def _look_up(self, here: Mapping[CallKey, tuple[ModuleCall, Entry]]) -> None:
        asked = {s: call for call, entry in here.values() for s, _ in entry.moving if s not in self.looked}
        if asked:
            with self.cache.alone(self._waiting), self.cache.draft() as draft:
                self.looked |= module_fetch.look_up(self.executor(asked.values()), draft, asked)

    def _fetch(self, missing: Mapping[CallKey, ModuleCall]) -> dict[CallKey, Entry]:
        """Those that another command has not fetched while we waited for it."""
        began = time.time()
        with self.cache.alone(self._waiting):
            made = {k: self._since(call, began) for k, call in missing.items()}
            found = {key: entry for key, entry in made.items() if entry}
            left = {key: call for key, call in missing.items() if key not in found}
            return {**found, **self._downloaded(left)}

    def _since(self, call: ModuleCall, began: float) -> Entry | None:
        return next((e for e in self.cache.entries(call) if e.at >= began), None)

    def _downloaded(self, left: Mapping[CallKey, ModuleCall]) -> dict[CallKey, Entry]:
        if not left:
            return {}
        self.info(f"fetching modules: {', '.join(dict.fromkeys(map(_said, left.values())))}")
        calls = {f"m{number}": call for number, call in enumerate(left.values())}
        with self.cache.draft() as draft:
            module_fetch.fetch(self.executor(left.values()), draft, calls)
            made = self.cache.publish(draft, calls, time.time())
        for entry, call in zip(made, left.values(), strict=True):
            self.looked |= dict(entry.moving)
            self.info(f"fetched {'; '.join(entry.identity)}{self._before(call, entry)}")
        return dict(zip(left, made, strict=True))

    def _before(self, call: ModuleCall, entry: Entry) -> str:
        """What was here of a module that has moved."""
        others = [e for e in self.cache.entries(call) if e.identity != entry.identity]
        return f" (was {others[0].packages[0].found})" if others else ""

    def _pinned(self, remote: Mapping[CallKey, ModuleCall], pinned: str) -> dict[CallKey, Entry]:
        """Those that a saved plan was made with. A plan of an older version names none."""
        lines = set(pinned.splitlines())
        here = ((key, call, self.cache.entries(call)) for key, call in remote.items())
        found = {key: e for key, _, entries in here for e in entries if lines.issuperset(e.identity)}
        left = {key: call for key, call in remote.items() if key not in found}
        now = self._here(left) if self.dry else self._current(left, look_up=True)
        for key, entry in now.items() if lines else ():
            if not lines.issuperset(entry.identity):
                raise fetch_failures.pinned_gone(left[key])
        return {**found, **now}

    def _tell(self, remote: Mapping[CallKey, ModuleCall], found: Mapping[CallKey, Entry]) -> None:
        """Once a command: what is kept although there may be a newer one."""
        for key, call in remote.items():
            if key not in self.told and _kept(call, found[key]):
                self.told.add(key)
                day = time.strftime("%Y-%m-%d", time.localtime(found[key].at))
                have = found[key].packages[0]
                self.info(
                    f"module {call.key} ({_said(call)}) is {have.version or have.found}, as fetched on {day}; "
                    "for a newer one: ./orchestrate modules fetch --upgrade"
                )

    def _laid_out(self, calls: Mapping[str, ModuleCall], found: Mapping[str, Entry]) -> FetchedModules:
        links: dict[str, str] = {}
        for key, entry in found.items():
            links |= module_cache.links(key, entry, self._seen(entry))
        lines = sorted({line for entry in found.values() for line in entry.identity})
        entries = {str(entry.tree): entry for entry in found.values()}.values()
        mounts = tuple(Mount(e.tree, self._seen(e)) for e in entries) if self.contained else ()
        return FetchedModules("\n".join(lines), links, module_cache.manifest(calls, found), mounts)

    def _seen(self, entry: Entry) -> str:
        """Where a run sees it."""
        where = f"{entry.folder.parent.name}-{entry.folder.name}"
        return f"{_INSIDE}/{where}" if self.contained else str(entry.tree)

    def _waiting(self) -> None:
        self.info("another command fetches modules; waiting for it")


def _key(call: ModuleCall) -> CallKey:
    return call.source, call.version


def _said(call: ModuleCall) -> str:
    return shown(call.source) + (f" {call.version}" if call.version else "")


def _kept(call: ModuleCall, entry: Entry) -> bool:
    """Whether there may be a newer one that no look-up finds: a range of versions, an archive."""
    first = entry.packages[0]
    if first.version:
        return not is_exact(call.version)
    return not is_commit(first.found) and "checksum=" not in call.source


class FetchingSession(Protocol):
    """What of a command's session matters here."""

    @property
    def project(self) -> Project: ...
    @property
    def home(self) -> Path: ...
    @property
    def environ(self) -> Mapping[str, str]: ...
    @property
    def console(self) -> TerminalConsole: ...
    @property
    def contained(self) -> bool: ...
    @property
    def dry_run(self) -> bool: ...
    @property
    def network(self) -> str: ...
    def docker(self) -> Any: ...
    def image_request(self) -> ImageRequest: ...


def of_session(session: FetchingSession) -> RemoteModules:
    project = session.project

    def executor(calls: Iterable[ModuleCall]) -> FetchExecutor:
        return _in_container(session, calls) if session.contained else module_fetch.on_host(session.environ)

    return RemoteModules(
        ModuleCache(session.home),
        lambda layer: module_calls.calls(project.files, layer),
        executor,
        session.console.info,
        session.contained,
        session.dry_run,
    )


def _in_container(session: FetchingSession, calls: Iterable[ModuleCall]) -> FetchExecutor:
    """In an image of Terraform, git and, where a source needs it, ssh; with the project's certificates, without a provider."""
    request = session.image_request()
    packages = ("openssh-client",) if any(asks_ssh(call.source) for call in calls) else ()
    asked = replace(request, locked=(), packages=packages, bare=True)
    client = session.docker()
    image = installation.build_image(client, session.console.info, session.environ, asked)
    file = session.home / "modules" / "passwd"
    private_folder.write(file, fetch_credentials.passwd(os.getuid(), os.getgid()))
    mounts = fetch_credentials.mounts(session.environ, file)
    return module_fetch.in_container(
        client, image, session.network, mounts, fetch_credentials.variables(session.environ)
    )
