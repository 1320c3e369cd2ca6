"""Stand-ins that satisfy the Protocols of the house, given to constructors; and nouns with few words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from wrapper.engines import OutputCallback
from wrapper.engines.run_directory import RunDirectory
from wrapper.model.nouns import ContainerSettings, Outcome, Run, RunFiles, Step
from wrapper.model.stack import Backend, Layer, Settings, Stack
from wrapper.run.plan_run import RunContext

LOCAL = Backend("local", {"path": "/states"}, "backend.tfvars")
S3 = Backend("s3", {"bucket": "states", "region": "ap-southeast-2"}, "backend.tfvars")
DONE = Outcome(0, ok=True)
CHANGES = Outcome(2, ok=True, tail="Plan: 1 to add, 0 to change, 0 to destroy.")


def stack(region: str = "ap-southeast-2", name: str = "app", **changes: Any) -> Stack:
    root = Path("/p")
    fields: dict[str, Any] = {
        "root": root,
        "config": root / "config" / region / name,
        "source": root / "src" / name,
        "tenant_source": root / "src" / name / "tenant",
        "settings": Settings(),
        "backend": S3,
    }
    return Stack(region, name, **{**fields, **changes})


def layer(tenant: str = "", **changes: Any) -> Layer:
    return Layer(stack(**changes), tenant)


def context(**changes: Any) -> RunContext:
    fields: dict[str, Any] = {
        "home": Path("/p/.orchestrate"),
        "author": "me-here-1",
        "image": "orchestrate:1",
        "engine": "docker",
        "contained": True,
        "network": "bridge",
        "directory": Path("/where/i/am"),
    }
    return RunContext(**{**fields, **changes})


def run_of(*steps: Step, verb: str = "apply", **changes: Any) -> Run:
    """A Run of these Steps on tenant acme. ``changes``: fields of it, of its files and of its container."""
    parts = {
        kind: {f.name: changes.pop(f.name) for f in fields(kind) if f.name in changes}
        for kind in (RunFiles, ContainerSettings)
    }
    given: dict[str, Any] = {"layer": layer("acme"), "home": Path("/h"), "work": "src/app", "author": "a", **changes}
    container = ContainerSettings(**{"name": "n", "image": "i", **parts[ContainerSettings]})
    return Run(verb=verb, steps=steps, files=RunFiles(**parts[RunFiles]), container=container, **given)


class Listener:
    """A Talk that remembers, and answers every question as told."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer
        self.said: list[str] = []
        self.heard = b""
        self.asked: list[tuple[str, str]] = []

    def output(self, data: bytes, is_error: bool) -> None:
        self.heard += data

    def info(self, text: str) -> None:
        self.said.append(text)

    def confirm(self, question: str, wanted: str) -> bool:
        self.asked.append((question, wanted))
        return self.answer

    def text(self) -> str:
        return "\n".join(self.said)

    @property
    def besides_builds(self) -> list[str]:
        """What was said of anything but builds."""
        return [line for line in self.said if "-build " not in line and "-build: " not in line]


Behaviour = Callable[[Run, Step], Outcome]


def well(run: Run, step: Step) -> Outcome:
    """Every plan sees a change, and all else succeeds."""
    return CHANGES if step.argv[1] == "plan" else DONE


class FakeSession:
    def __init__(self, engine: FakeEngine, run: Run) -> None:
        self._engine = engine
        self._run = run
        self.stops = 0
        if engine.directories:
            self.directory: RunDirectory = engine.directories(run)

    def execute(self, step: Step, output: OutputCallback) -> Outcome:
        self._engine.steps.append((self._run.layer.label, step.argv))
        outcome = self._engine.behaviour(self._run, step)
        output(b'{"resource_changes": []}' if step.captured and not outcome.tail else outcome.tail.encode(), False)
        return outcome

    def stop(self) -> None:
        self.stops += 1


class FakeEngine:
    """Carries out Steps by a function. ``directories`` gives each session a run directory."""

    name = "fake"
    contained = True

    def __init__(self, behaviour: Behaviour = well, directories: Callable[[Run], RunDirectory] | None = None) -> None:
        self.behaviour = behaviour
        self.directories = directories
        self.runs: list[Run] = []
        self.steps: list[tuple[str, tuple[str, ...]]] = []
        self.closed = 0

    @contextlib.contextmanager
    def open(self, run: Run) -> Iterator[FakeSession]:
        self.runs.append(run)
        try:
            yield FakeSession(self, run)
        finally:
            self.closed += 1

    @property
    def done(self) -> list[tuple[str, str]]:
        """(layer, verb) of each step."""
        return [(label, argv[1]) for label, argv in self.steps]
