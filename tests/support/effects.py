"""A command line in a project, run on an engine of ours, and all that it did: the exit code, stdout, which engine ran which argv
with which values against which AWS, and the files that it wrote. Two of these that differ show that an option acts."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import ecs_answers
from cloud import Cloud
from fakes import FakeEngine
from live_aws import OPERATIONS, LiveAws
from options_walk import TREE
from project_on_disk import CACHE, LIVE, REGION, Disk, small_project

from wrapper.aws.identity import Identity
from wrapper.cli.options import Options
from wrapper.cli.session import CliSession
from wrapper.engines.dry_run import DryRunEngine
from wrapper.model.errors import OrchestrateError, UnavailableError
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer, Stack
from wrapper.terraform.commands import VALUES_FILE

FAILED = Outcome(1, ok=False, tail="Error: no")
DELETES = json.dumps(
    {"resource_changes": [{"address": "a.b", "type": "a", "mode": "managed", "change": {"actions": ["delete"]}}]}
)
MEETING = 10.0  # seconds that a step waits for another, which comes; and where one should run alone
ALONE = 0.05
NOWHERE = "http://127.0.0.1:1"
_VARYING = re.compile(  # between two runs of one command line
    r'"(?:started|finished|at|since|id|seconds|expected_seconds|command|by|log)": [^\n]*|"[^"\n]*/logs/[^"\n]*"'
    r"|\d{4}-\d\d-\d\d\S*|\d+\.\d+\b|\d+ (?:min|h)\b|\d{8}T\d{6}Z\S*"
)


@dataclass
class Seen:
    """``most``: how many steps ran side by side. ``alone``: one waited for another, for ``patience`` seconds, and none came."""

    patience: float = ALONE

    steps: list[tuple[str, ...]] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    running: int = 0
    most: int = 0
    alone: bool = False
    begun: threading.Condition = field(default_factory=threading.Condition)

    @contextlib.contextmanager
    def step(self, meets: bool) -> Iterator[None]:
        """``meets``: the first ones wait for each other, so that side by side is not chance."""
        with self.begun:
            self.running += 1
            self.most = max(self.most, self.running)
            self.begun.notify_all()
            if meets and not self.alone:
                self.alone = not self.begun.wait_for(lambda: self.most > 1, self.patience)
        try:
            yield
        finally:
            self.running -= 1


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    steps: tuple[tuple[str, ...], ...]
    asked: frozenset[str]
    files: frozenset[str]
    most: int


class SeenEngine(FakeEngine):
    """Plays the engine of a name. ``fails``: the tenant whose steps fail; ``slow``: seconds that each step takes; ``meets``:
    those of tenants wait for each other."""

    def __init__(
        self, name: str, cloud: Cloud, seen: Seen, fails: str, slow: float, deletes: bool, meets: bool
    ) -> None:
        super().__init__(self._behave)
        self.deletes, self.meets = deletes, meets
        self.name, self.contained = name, name != "host"
        self.cloud, self.seen, self.fails, self.slow = cloud, seen, fails, slow

    def check(self) -> None:
        if self.name == "host":
            raise UnavailableError("no terraform on PATH")

    def as_typed(self, run: Run) -> tuple[str, str]:
        return f"cd {self.name}", ""

    def _behave(self, run: Run, step: Step) -> Outcome:
        seen, environment = self.seen, run.container.environment
        values = run.files.made.get(VALUES_FILE, b"").decode()
        values += json.dumps(dict(run.planned)) if run.files.collect else ""  # what a saved plan remembers
        seen.steps.append((self.name, run.layer.label, *step.argv, environment.get("AWS_ENDPOINT_URL", ""), values))
        with seen.step(self.meets and bool(run.layer.tenant)):
            time.sleep(self.slow)
        if self.fails and run.layer.tenant == self.fails:
            return FAILED
        if self.deletes and step.captured:
            return Outcome(0, ok=True, tail=DELETES)
        return self.cloud.behave(run, step)


class Asked(Identity):
    """An identity whose every client answers that all is well with ECS, and nothing else."""

    def __init__(self, seen: Seen, of: Identity) -> None:
        super().__init__(of.environment, of.endpoint, of.account, of.arn, of.method)
        object.__setattr__(self, "_seen", seen)

    def client(self, service: str, region: str) -> Any:
        self._seen.asked.add(f"{service} of {self.endpoint}")  # type: ignore[attr-defined]
        if service != "ecs":
            raise UnavailableError(f"{service} does not answer")
        return SimpleNamespace(
            describe_services=lambda cluster, services: {
                "services": [ecs_answers.service(ecs_answers.deployment(), serviceName=name) for name in services]
            }
        )


class LiveSeen(LiveAws):
    """That AWS, where what it was asked is seen."""

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        object.__setattr__(self, "_seen", seen)

    def client(self, service: str, region: str) -> Any:
        made = super().client(service, region)
        return SimpleNamespace(meta=made.meta, **{name: partial(self._ask, made, name) for name in OPERATIONS})

    def _ask(self, client: Any, operation: str, **parameters: Any) -> Any:
        varying = {
            name: value for name, value in parameters.items() if name not in ("startTime", "clientToken", "startedBy")
        }
        self._seen.asked.add(f"{operation} {json.dumps(varying, sort_keys=True)}")  # type: ignore[attr-defined]
        return getattr(client, operation)(**parameters)


class Docker:
    """A client of an engine that remembers what it was asked for."""

    def __init__(self, seen: Seen) -> None:
        self.api = SimpleNamespace(images=self._images, inspect_image=lambda name: {"Id": name})
        self.images = SimpleNamespace(remove=lambda name, **_: seen.asked.add("remove the image"))
        self.seen = seen

    def version(self) -> dict[str, str]:
        return {"Version": "1", "Os": "linux", "Arch": "amd64"}

    def _images(self, **_: object) -> Any:
        self.seen.asked.add("which images there are")
        return []


class Services(Cloud):
    """A tenant's root gives out one service."""

    def put(self, layer: Layer, text: str) -> None:
        data = json.loads(text)
        if layer.tenant and data["resources"]:
            one = {"cluster": "c", "service": "acme", "task_definition": ecs_answers.NEW, "target_groups": []}
            data["outputs"]["services"] = {"value": {"web": one}}
        super().put(layer, json.dumps(data))


@dataclass(frozen=True)
class Typed(CliSession):
    """The command line's session, with such an engine, and with a sandbox that is started on paper."""

    cloud: Any = None
    seen: Seen = field(default_factory=Seen)
    fails: str = ""
    slow: float = 0.0
    deletes: bool = False
    stub: bool = False
    live: bool = False
    meets: bool = False

    def docker(self) -> Any:
        return Docker(self.seen)

    def make_image(self, client: Any) -> str:
        self.seen.asked.add("build")
        return "orchestrate:1"

    def make_engine(self) -> Any:
        engine = SeenEngine(self.engine_name, self.cloud, self.seen, self.fails, self.slow, self.deletes, self.meets)
        return DryRunEngine(self.console.print, engine) if self.dry_run else engine

    @property
    def simulated(self) -> Any:
        self.seen.asked.add(f"the sandbox of {self.home}")

        def found(containers: bool | None) -> Any:
            where = {"url": NOWHERE, "pid": 1, "log": "log", "version": "1", "key": ""}
            return SimpleNamespace(**where, containers=bool(containers))

        return SimpleNamespace(
            usable=lambda: None,
            start=lambda seed, containers: found(containers),
            stop=lambda: True,
            status=lambda: found(self.wants_containers),
            reset=lambda seed, containers: found(containers),
        )

    @property
    def containers(self) -> Any:
        def made(project: Any, pulled: Any) -> list[str]:
            return [*pulled, f"{project.root.name}:1"]

        return SimpleNamespace(
            check=lambda: self.seen.asked.add("whether containers can run"),
            go_on=lambda speed=None: self.seen.asked.add(f"the data plane, {speed}"),
            make_images=made,
            plane=SimpleNamespace(stop=lambda: None),
            shown=lambda _endpoint: {},
            drill=lambda _endpoint, kind, tenant, seconds: self.seen.asked.add(f"{kind} {tenant} {seconds}") or [],
            page=lambda _endpoint, output: f"the page {output}",
        )

    def started_sandbox(self) -> Any:
        return SimpleNamespace(url=NOWHERE, containers=False)

    def identity(self, stack: Stack) -> Identity:
        time.sleep(self.slow)
        found = super().identity(stack)
        self.seen.asked.add(found.endpoint or "AWS")
        if self.live:
            return LiveSeen(self.seen)
        return Asked(self.seen, found) if self.stub else found


@dataclass(frozen=True)
class Case:
    """Two command lines: ``base``, and that with ``more``, or ``instead`` where the option takes the place of another. ``before``:
    what is typed first, ``fails`` then; ``meets``: it matters how many run side by side; ``change``: done to the project;
    ``live``: on an AWS that runs its services."""

    base: str
    more: str = ""
    instead: str = ""
    before: tuple[str, ...] = ()
    fails: str = ""
    slow: float = 0.0
    deletes: bool = False
    stub: bool = False
    live: bool = False
    meets: bool = False
    change: Callable[[Disk], object] = lambda _: None


def prepared(root: Path) -> Disk:
    """test runs, twice applied, and so does live."""
    disk = small_project(root)
    words = ("-var", "service1-build=90")
    disk.write(f"{LIVE}/tenants/globex.tfvars", 'hostname = "globex.example.com"\n')
    for stack in ("app-test", "app-live"):
        cloud = Cloud(disk, stack, REGION)
        for tenant, given in (("", ()), ("acme", words), ("globex", words), ("acme", ("-var", "service1-build=91"))):
            label = f"{REGION}/{stack}/{tenant}".rstrip("/")
            cloud.perform("apply", tenant, *given, confirmed=label)
    with _inside(root):  # as this version records it: nothing changed since
        _typed(disk, Case("apply app-test --all-tenants"), "apply app-test --all-tenants", Seen())
    return disk


class Copy:
    """A copy of a folder that is made whole again but for its cache: to copy all of it for each command line took a third of
    the time."""

    def __init__(self, original: Path, root: Path) -> None:
        self.original, self.root = original, root
        shutil.copytree(original, root, symlinks=True)
        self._whole = self._marks()

    def restore(self) -> None:
        now = self._marks()
        for path in sorted(now.keys() - self._whole.keys(), reverse=True):
            (os.rmdir if now[path] is None else os.unlink)(self.root / path)
        for path in sorted(path for path, mark in self._whole.items() if path not in now or now[path] != mark):
            if self._whole[path] is None:
                (self.root / path).mkdir(mode=(self.original / path).stat().st_mode & 0o777)
            else:
                shutil.copy2(self.original / path, self.root / path, follow_symlinks=False)
                self._whole[path] = _mark(os.lstat(self.root / path))

    def _marks(self) -> dict[str, tuple[int, ...] | None]:
        """Path -> what differs once a file was written; None: a folder."""
        found: dict[str, tuple[int, ...] | None] = {}
        folders = [""]
        while folders:
            here = folders.pop()
            with os.scandir(self.root / here) as entries:
                for entry in entries:
                    path = os.path.join(here, entry.name)
                    if path == CACHE:
                        continue
                    folder = entry.is_dir(follow_symlinks=False)
                    found[path] = None if folder else _mark(entry.stat(follow_symlinks=False))
                    folders += [path] if folder else []
        return found


def _mark(found: os.stat_result) -> tuple[int, ...]:
    return found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode


class Bench:
    """Runs command lines, each in a project as it was at first."""

    def __init__(self, copy: Copy, capture: Any) -> None:
        self.copy, self.capture = copy, capture
        self.known: dict[Case, Result] = {}
        self.changed: dict[Callable[[Disk], object], set[str]] = {}

    def both(self, case: Case) -> tuple[Result, Result]:
        """Without the option, which several have in common, and with it."""
        base = replace(case, more="", instead="")
        if base not in self.known:
            self.known[base] = self.run(base, base.base)
        return self.known[base], self.run(case, case.instead or f"{case.base} {case.more}")

    def run(self, case: Case, line: str) -> Result:
        self.copy.restore()
        root = self.copy.root
        disk = Disk(root)
        case.change(disk)
        with _inside(root):
            for typed in case.before:
                _typed(disk, case, typed, Seen())
            files = _files(root) if case.before else self._of(case.change)
            seen = Seen(ALONE if line == case.base else MEETING)
            self.capture.readouterr()
            code = _typed(disk, Case("", slow=case.slow, meets=case.meets) if case.before else case, line, seen)
            out = _VARYING.sub("", self.capture.readouterr().out)
        most = seen.most if case.meets else 0  # else it is chance
        return Result(
            code, out, tuple(sorted(seen.steps)), frozenset(seen.asked), frozenset(_files(root) ^ files), most
        )

    def _of(self, change: Callable[[Disk], object]) -> set[str]:
        """The files of the project that was changed so, which are the same each time."""
        if change not in self.changed:
            self.changed[change] = _files(self.copy.root)
        return self.changed[change]


def _typed(disk: Disk, case: Case, line: str, seen: Seen) -> int:
    words = line.split()
    name, command = _command(words)
    session = Typed(
        Options(),
        {"USER": "me", "PATH": "/nonexistent"},
        tuple(words),
        cloud=(Services if case.stub else Cloud)(disk, "app-test", REGION),
        seen=seen,
        fails=case.fails,
        slow=case.slow,
        deletes=case.deletes,
        stub=case.stub,
        live=case.live,
        meets=case.meets,
    )
    try:
        ended = command.main(words[len(name) :], " ".join(name), standalone_mode=False, obj=session)
    except OrchestrateError as error:
        return error.exit_code
    except click.ClickException:
        return 64
    return int(ended or 0)


def _command(words: list[str]) -> tuple[tuple[str, ...], click.Command]:
    for many in (2, 1):
        if (name := tuple(words[:many])) in TREE:
            return name, TREE[name]
    raise AssertionError(f"no command {words}")


_LEFT_OUT = {f".orchestrate/{name}" for name in ("cache", "logs", "fleets", "states")}
_SAY = {"keep.json", "orchestrate-lifetime.json"}


def _files(root: Path) -> set[str]:
    """Every file, and what those say but for their moments that keep, stop and --ttl write beside the states."""
    found: set[str] = set()
    start = len(os.path.join(root, ""))
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if os.path.join(folder, name)[start:] not in _LEFT_OUT]
        found.update(os.path.join(folder, name)[start:] for name in files)
    for folder, _, files in os.walk(root / ".orchestrate/states"):
        found.update(re.sub(r'"at": ("[^"]*"|[0-9.]+)', "", Path(folder, n).read_text()) for n in _SAY & {*files})
    return found


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
