"""A fleet of tiny tenants for the real tests: their files, commands over all of them, and what each answered."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import BEGAN, REGION, Done, Project, Running, wait_until

FOLDER = f"config/{REGION}/tiny/tenants"


@dataclass
class Tenants:
    """The tenants of the tiny stack. Every command writes its report; :attr:`results` is the last one's."""

    project: Project
    results: dict[str, Any] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)
    _events: Running | None = None
    _seen: int = 0

    def declare(self, names: Iterable[str], command: str = "", value: str = "") -> None:
        for name in names:
            self.declare_one(name, command.replace("NAME", name), value or f"of {name}")

    def declare_one(self, name: str, command: str = "", value: str = "first") -> Path:
        return self.project.write(f"{FOLDER}/{name}.tfvars", f'value = "{value}"\ncommand = {json.dumps(command)}\n')

    def file(self, name: str) -> Path:
        return self.project.root / FOLDER / f"{name}.tfvars"

    def run(self, verb: str, *words: str, code: int = 0, many: str = "--all-tenants", **more: Any) -> Done:
        done = self.project.run(*self._words(verb, words, many), codes=(code,), **more)
        self.read()
        return done

    def start(self, verb: str, *words: str, many: str = "--all-tenants", **more: Any) -> Running:
        return self.project.start(*self._words(verb, words, many), **more)

    def _words(self, verb: str, words: Iterable[str], many: str) -> list[str]:
        self.report = self.project.home.parent / f"report-{next(self._numbers)}.json"
        return [w for w in (verb, "tiny", many, "--report", str(self.report), *words) if w]

    def read(self) -> dict[str, Any]:
        """The answers of the last command by tenant, the stack's own as ""; {} where it wrote none."""
        found = json.loads(self.report.read_text())["results"] if self.report.is_file() else ()
        self.results = {one["tenant"]: one for one in found}
        return self.results

    def those(self, result: str) -> str:
        """Who ended so, by name, in one string; the stack's own layer is ``-``."""
        return " ".join(sorted(name or "-" for name, one in self.results.items() if one["result"] == result))

    def watch(self) -> Tenants:
        """From here on the engine's events are written down (its own memory of them is short, and shared)."""
        argv = ("docker", "events", "--filter", "event=create", "--format", "{{.Actor.Attributes.name}}")
        self._events = Running(argv, self.project.home.parent)
        self.project.running.append(self._events)
        return self

    def started(self) -> list[str]:
        """The layers that a container was made for since this was asked last, in order; the stack's own is ``-``."""
        assert self._events
        said = [n for n in self._events.said().split() if n.startswith(self.project.prefix)]
        new, self._seen = said[self._seen :], len(said)
        return [n.rpartition(".")[2].replace("_stack", "-") for n in new]

    def touched(self, since: float) -> list[str]:
        """Files in run directories written since that moment."""
        return [str(f) for f in self.project.private.glob("runs/**/*") if f.is_file() and f.stat().st_mtime > since]

    def log(self, name: str) -> str:
        """All that was said of a tenant, in every run."""
        found = sorted(self.project.private.glob(f"logs/*/{name}.log"))
        return "".join(file.read_text("utf-8", "replace") for file in found)

    def wait_for(self, *names: str, text: str = BEGAN, info: Running) -> None:
        """Until each of them has said that."""
        wait_until(lambda: info.process.poll() is not None or all(text in self.log(n) for n in names), 60, info.said)
        assert all(text in self.log(n) for n in names), info.end()
