"""A world for builds that stay: a project on disk, a bucket in memory, and a Terraform that fails where it is told to."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cloud import tokens
from cloud_fleet import Onlooker
from fakes import CHANGES, DONE, FakeEngine, Listener, context
from project_on_disk import APP, LIVE, REGION, Disk

from wrapper.aws.identity import Identity
from wrapper.deploy import builds
from wrapper.deploy.build_choices import BuildPolicy
from wrapper.deploy.deployer import Deployer
from wrapper.deploy.prepared import LayerOverrides
from wrapper.deploy.recorder import Recorder
from wrapper.fleet.change_detection import LayerDiff, TenantFilter
from wrapper.fleet.fleet import Fleet, FleetPolicy
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer
from wrapper.project.project import Project
from wrapper.run.signals import SignalHandler
from wrapper.state.record import Trigger
from wrapper.terraform.commands import APPLY, PLAN, VALUES_FILE

NAMES = ("service1-build", "service2-build")
LABEL = f"{REGION}/app-live/acme"
PLACE = f"{REGION}/app-live/tenants/acme"
STATE, RECORD, HISTORY = (f"{PLACE}/{n}" for n in ("terraform.tfstate", "orchestrate.json", "orchestrate-history.json"))
UPSTREAM = f"{REGION}/app-test/tenants"


STALE = "\nError: Saved plan is stale\n\nThe given plan file can no longer be applied because the state was changed.\n"


class Killed(BaseException):
    """The tool is gone, whatever Terraform has done by then."""


class Bucket:
    """A store in memory. ``between``: what another command does just before the next write of the record."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self._tags = itertools.count(1)
        self.between: Callable[[], None] | None = None
        self.access: Callable[[], None] = lambda: None  # before each request

    def read(self, key: str) -> bytes | None:
        return found[0] if (found := self.read_tagged(key)) else None

    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        self.access()
        return self.objects.get(key)

    def listing(self, prefix: str) -> dict[str, str]:
        self.access()
        return {k: tag for k, (_, tag) in self.objects.items() if k.startswith(prefix)}

    def modified(self, key: str) -> float | None:
        return 0.0 if key in self.objects else None

    def write(self, key: str, data: bytes) -> None:
        self.access()
        self._meanwhile(key)
        self._put(key, data)

    def _put(self, key: str, data: bytes) -> str:
        self.objects[key] = (data, f"t{next(self._tags)}")
        return self.objects[key][1]

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        return self.put_if(key, data, tag) is not None

    def put_if(self, key: str, data: bytes, tag: str | None) -> str | None:
        self.access()
        self._meanwhile(key)
        if (self.objects[key][1] if key in self.objects else None) != tag:
            return None
        return self._put(key, data)

    def _meanwhile(self, key: str) -> None:
        """Another write of the record, just before this one."""
        if self.between and key == RECORD:
            act, self.between = self.between, None
            act()

    def delete(self, key: str) -> None:
        self.access()
        self.objects.pop(key, None)

    def delete_if(self, key: str, tag: str) -> bool:
        self.access()
        if key in self.objects and self.objects[key][1] != tag:
            return False
        self.objects.pop(key, None)
        return True

    def data(self, key: str) -> Any:
        return json.loads(self.objects[key][0]) if key in self.objects else None

    def put(self, key: str, data: Any) -> None:
        self._put(key, json.dumps(data).encode())


class Turns:
    """Two commands, of which one goes on at a time. ``lengths``: after so many requests to the bucket it is the other one's turn;
    when none is left, each goes on to its end."""

    def __init__(self, lengths: Iterable[int]) -> None:
        self._lengths = iter(lengths)
        self._gates = [threading.Semaphore(0), threading.Semaphore(0)]
        self._left = next(self._lengths, -1)
        self._me = threading.local()
        self._done = [False, False]
        self.switched = 0

    def access(self) -> None:
        me = getattr(self._me, "number", None)
        if me is None:
            return
        if self._left == 0 and not self._done[1 - me]:
            self._left = next(self._lengths, -1)
            self.switched += 1
            self._gates[1 - me].release()
            self._gates[me].acquire()
        self._left -= self._left > 0

    def run(self, *commands: Callable[[], Any]) -> list[BaseException | None]:
        """What each of the two ended with."""
        ended: list[BaseException | None] = [None, None]

        def one(number: int) -> None:
            self._me.number = number
            self._gates[number].acquire()
            try:
                commands[number]()
            except BaseException as error:
                ended[number] = error
            self._done[number] = True
            self._gates[1 - number].release()

        threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in (0, 1)]
        for thread in threads:
            thread.start()
        self._gates[0].release()
        for thread in threads:
            thread.join(60)
        assert self._done == [True, True], "both end"
        return ended


@dataclass
class InMemory(Deployer):
    """A deployer on a bucket in memory, which asks no git."""

    bucket: Bucket = field(default_factory=Bucket)

    @cached_property
    def store(self) -> Any:
        return self.bucket

    @cached_property
    def recorder(self) -> Recorder:
        return Recorder(lambda: self.bucket, self.context.author, self.trigger, "")


class World:
    """acme on app-live, which is protected and takes its builds from app-test."""

    def __init__(self, disk: Disk) -> None:
        self.disk, self.bucket, self.runs = disk, Bucket(), dict[str, Any]()
        self.fails, self.while_planned = "", None
        self.said: list[str] = []
        self._serial = itertools.count(1)
        self._applied: dict[str, Any] = {}
        self._planned_on: dict[int, Any] = {}  # by the thread of a command: the state that its plan is for
        variables = disk.root / "src/app/tenant/variables.tf"
        self.root = variables.read_text()
        disk.write(f"{LIVE}/variables.tfvars", 'domain = "live.example.com"\n')
        disk.write(f"config/{REGION}/app-live/tenants/acme.tfvars", "")
        self.declare({"service1-build": "1", "service2-build": None})
        self.upstream({"90", "91", "92", "95"})
        self.bucket.put(f"{REGION}/app-live/terraform.tfstate", _state(1, {"cluster": "c", "secret": "s"}))

    # -- files ----------------------------------------------------------------------------------

    def declare(self, defaults: dict[str, str | None], *, mapped: bool = False) -> None:
        """The root takes its builds each in a variable of its own, or all in one map."""
        text = self.root.replace('variable "service1-build" {\n  type    = string\n  default = "1"\n}\n', "")
        kinds = {n: ("string", json.dumps(number)) for n, number in defaults.items()}
        self.mapped = mapped
        self.defaults = {n.removesuffix("-build"): number for n, number in defaults.items()}
        if mapped:
            kinds = {"builds": ("map(string)", f"{{ {_keys(defaults, quoted=True)} }}")}
        for name, (kind, default) in kinds.items():
            text += f'variable "{name}" {{\n  type    = {kind}\n  default = {default}\n}}\n'
        self.disk.write("src/app/tenant/variables.tf", text)

    def commit(self, files: dict[str, str | None], *, quoted: bool, shared: bool, mapped: bool, memory: int) -> None:
        """What the files name: in the tenant's own, or in the stack's; as text, or as a number; each alone, or in a map."""
        lines = [f"{n} = {v if v and not quoted else json.dumps(v)}\n" for n, v in files.items()]
        lines = [f"builds = {{ {_keys(files, quoted=quoted)} }}\n"] if mapped else lines
        own, stack = ("", "".join(lines)) if shared else ("".join(lines), "")
        self.disk.write(f"{LIVE}/tenants/acme.tfvars", f'hostname = "h"\nmemory = {memory}\n{own}')
        self.disk.write(f"{LIVE}/variables.tfvars", f'domain = "live.example.com"\n{stack}')

    def upstream(self, numbers: set[str]) -> None:
        """Each runs in a tenant of the stack before."""
        for key in [k for k in self.bucket.objects if k.startswith(UPSTREAM)]:
            self.bucket.delete(key)
        for number in numbers:
            place = f"{UPSTREAM}/t{number}"
            self.bucket.put(f"{place}/terraform.tfstate", _state(1, {}))
            record = {"version": 2, "at": "2026-01-01T00:00:00Z", "builds": dict.fromkeys(NAMES, number)}
            tag = self.bucket.objects[f"{place}/terraform.tfstate"][1]
            self.bucket.put(f"{place}/orchestrate.json", {**record, "state": {"tag": tag}})

    # -- commands -------------------------------------------------------------------------------

    def deployer(self, **changes: Any) -> InMemory:
        console = Listener()
        self.said = console.said
        project = Project(self.disk.root, self.disk.root / ".orchestrate", console.info)
        fields: dict[str, Any] = {
            "project": project,
            "stack": project.stack("app-live", REGION),
            "identity": Identity(),
            "engine": FakeEngine(self.terraform),
            "context": context(home=self.disk.root / ".orchestrate", directory=self.disk.root),
            "console": console,
            "signals": SignalHandler(console.info),
            "confirmed": LABEL,
            "bucket": self.bucket,
            "store_of": lambda _: self.bucket,
        }
        return InMemory(**{**fields, **changes})

    def apply(self, given: dict[str, str | None], *, verb: Any = APPLY, how: str = "", **changes: Any) -> None:
        deployer = self.deployer(trigger=Trigger(reason={how: "x"} if how else {}), **changes)
        layer, words = Layer(deployer.stack, "acme"), builds.tokens({n: v for n, v in given.items() if v})
        own = {"acme": LayerOverrides(tuple(words), how=how or "-var")} if how else None
        deployer.perform(verb, layer, [] if how else words, own)

    def looked_at(self, **changes: Any) -> tuple[Fleet, LayerDiff]:
        one = Fleet(self.deployer(**changes), Onlooker(), FleetPolicy(jobs=1))
        [diff] = one.detector.detect(APPLY, ["acme"], [], one.detector.read_index())
        return one, diff

    def fleet(self) -> Any:
        onlooker = Onlooker()
        one = Fleet(self.deployer(confirmed=f"{REGION}/app-live"), onlooker, FleetPolicy(jobs=1))
        [result] = one.perform(APPLY, tokens(), TenantFilter(only=frozenset(["acme"]), stack_layer=False))
        self.said = [*onlooker.said, *(line for talk in onlooker.talks.values() for line in talk.said)]
        return result

    def terraform(self, run: Run, step: Step) -> Outcome:
        verb = step.argv[1]
        if verb == "plan":
            self._planned_on[threading.get_ident()] = self.bucket.objects.get(STATE)
            if self.while_planned:
                act, self.while_planned = self.while_planned, None
                act()
            return CHANGES
        if verb != "apply":
            return DONE
        if self.fails in ("before", "lock"):
            return Outcome(1, ok=False, tail="Error: no", begun=self.fails == "before")
        if self._planned_on[threading.get_ident()] != self.bucket.objects.get(STATE):
            return Outcome(1, ok=False, stderr=STALE, begun=False)
        self.write_state()
        self._applied = json.loads(run.files.made[VALUES_FILE])
        given = {n: self._takes(n) for n in NAMES}
        self.runs = {n: None if v is None else str(v) for n, v in given.items()}  # the variables are of type string
        if self.fails == "killed":
            raise Killed
        return DONE

    def _takes(self, name: str) -> Any:
        """What the root takes of what it is given; Terraform passes over a variable that the root does not declare."""
        if not self.mapped:
            return self._applied.get(name)
        return (self._applied.get("builds") or self.defaults).get(name.removesuffix("-build"))

    def write_state(self) -> None:
        self.bucket.put(STATE, _state(next(self._serial), {"url": "u"}))

    def time_passes(self) -> None:
        """A try that is noted counts as going on for a minute."""
        record = self.bucket.data(RECORD)
        if record and "trying" in record:
            self.bucket.put(RECORD, {**record, "trying": {**record["trying"], "until": "2026"}})


def _keys(numbers: dict[str, str | None], *, quoted: bool) -> str:
    """The entries of a map of builds."""
    entries = {n.removesuffix("-build"): v if v and not quoted else json.dumps(v) for n, v in numbers.items()}
    return ", ".join(f"{key} = {number}" for key, number in entries.items())


def _state(serial: int, outputs: dict[str, str]) -> dict[str, Any]:
    told = {n: {"value": v} for n, v in outputs.items()}
    return {"version": 4, "serial": serial, "lineage": "l", "outputs": told, "resources": [{"type": "x"}]}


__all__ = ["APP", "HISTORY", "LABEL", "NAMES", "PLAN", "RECORD", "STATE", "BuildPolicy", "Killed", "Turns", "World"]
