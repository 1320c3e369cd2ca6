"""Jenkinsfiles, run: a stand-in for Jenkins' steps (tests/support/jenkins/standin, Groovy) in which ``sh`` really executes.

One call is one virtual machine, in which builds run side by side; jobs, builds and artifacts stay on disk between calls.
``make test`` installs Debian's groovy, which is the version that Jenkins carries; what this cannot prove is in docs/jenkins.md.
"""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
STANDIN = ROOT / "tests/support/jenkins/standin"
JARS = Path("/usr/share/groovy/lib")


@dataclass(frozen=True)
class Wanted:
    """A build. ``file``, ``scm``: its Jenkinsfile and what it checks out; without them its job was made, and says both.
    ``abort``, ``agent_dies``: when its log has that text; ``grace``: seconds that a stopped step is waited for."""

    job: str
    file: Path | None = None
    scm: Path | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    abort: str = ""
    agent_dies: str = ""
    grace: float = 20.0


@dataclass(frozen=True)
class Built:
    """A build that ended."""

    job: str
    number: int
    result: str
    description: str
    name: str
    folder: Path
    tests: dict[str, str]
    pages: list[str]
    triggers: list[dict[str, str]]
    choices: dict[str, list[str]]  # what the list of each Run parameter showed
    log: str

    def artifact(self, path: str) -> str:
        return (self.folder / "archive" / path).read_text()

    @property
    def artifacts(self) -> list[str]:
        files = (f for f in (self.folder / "archive").rglob("*") if f.is_file())
        return sorted(str(f.relative_to(self.folder / "archive")) for f in files)

    def __str__(self) -> str:
        return f"{self.job} #{self.number}: {self.result}\n{self.log}"


@dataclass
class Jenkins:
    """A controller and its agents: ``home`` on disk, ``environment`` of every agent. ``repositories``: the URL of a git repository
    => its files; ``jobs``: Job DSL that makes jobs before the next build."""

    home: Path
    environment: Mapping[str, str]
    library: Path = ROOT / "jenkins"
    repositories: Mapping[str, Path] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)

    def run(self, *builds: Wanted, timeout: float = 400) -> list[Built]:
        """Runs builds side by side; whatever became of them."""
        place = self.home / f"plan-{uuid.uuid4().hex[:8]}"
        self.home.mkdir(parents=True, exist_ok=True)
        answer = place.with_suffix(".answer")
        plan = {
            "home": str(self.home),
            "answer": str(answer),
            "libraries": {"orchestrate": str(self.library)},
            "environment": dict(self.environment),
            "repositories": {url: str(place) for url, place in self.repositories.items()},
            "jobs": self.jobs,
            "builds": [
                b.__dict__ | {"file": _path(b.file), "scm": _path(b.scm), "params": dict(b.params)} for b in builds
            ],
        }
        place.write_text(json.dumps(plan))
        done = subprocess.run(java(STANDIN / "Main.groovy", place), capture_output=True, text=True, timeout=timeout)
        assert answer.exists(), done.stdout + done.stderr
        return [_built(one) for one in json.loads(answer.read_text())]

    def one(self, build: Wanted, result: str = "SUCCESS") -> Built:
        (built,) = self.run(build)
        assert built.result == result, str(built)
        return built


def _path(path: Path | None) -> str | None:
    return str(path) if path else None


def _built(one: dict[str, Any]) -> Built:
    folder = Path(one["folder"])
    return Built(
        one["job"],
        one["number"],
        one["result"],
        one["description"] or "",
        one["displayName"],
        folder,
        {test["name"]: test["how"] for test in one["tests"]},
        one["pages"],
        one["triggers"],
        one["choices"],
        (folder / "log").read_text("utf-8", "replace"),
    )


def java(script: Path, *words: Path) -> list[str]:
    return [*_groovy(compiled()), "groovy.ui.GroovyMain", str(script), *map(str, words)]


def _groovy(*more: Path) -> list[str]:
    program = shutil.which("java")
    jars = sorted(JARS.glob("*.jar"))
    assert program and jars, "no groovy: apt-get install groovy (demo/prepare groovy does it)"
    # A short life: the quick compiler alone, on one core's worth of threads.
    flags = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m")
    return [program, *flags, "-cp", ":".join(map(str, (*jars, *more)))]


@functools.cache
def compiled() -> Path:
    """The stand-in's classes, once for all virtual machines of these tests: compiling them is half of what one takes."""
    folder = Path(tempfile.mkdtemp(prefix="orchestrate-standin-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    compiler = "org.codehaus.groovy.tools.FileSystemCompiler"
    argv = [*_groovy(), compiler, "-d", str(folder), *map(str, sorted(STANDIN.glob("*.groovy")))]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
