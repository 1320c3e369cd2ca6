"""Real engine, real Terraform, real processes. Each test has its own project, home and bucket; the simulated AWS
is one for all. Whatever a failed test leaves is ended and removed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import forked
import pytest
from engine_params import ENGINES
from harness import ROOT, Aws, Project, docker, make, tiny
from served_provider import on_path


@pytest.fixture(scope="session")
def image() -> str:
    """The image, built by the tool itself if its inputs changed."""
    if not docker("version", "--format", "{{.Server.Version}}").strip():
        pytest.skip("no Docker engine answers")
    around = {n: v for n, v in os.environ.items() if not n.startswith(("LANG", "LC_", "PYTHON"))}
    command = forked.Command(("image",), around | {"LANG": forked.LANGUAGE}, ROOT)
    assert command.fits
    done = forked.server().run(command, 600)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """A simulated AWS of these tests alone."""
    home = tmp_path_factory.mktemp("aws")
    argv = [sys.executable, "-m", "wrapper.sandbox.server", "--home", str(home), "--project", "real-tests"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(argv, cwd=ROOT, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not (home / "server.json").exists() and time.monotonic() < deadline and server.poll() is None:
            time.sleep(0.1)
        yield Aws(str(json.loads((home / "server.json").read_text())["url"]))
    finally:
        server.terminate()
        server.wait(timeout=30)


@pytest.fixture(scope="session")
def served_path(aws: Aws, provider_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PATH whose terraform is led to one process of the real provider, which serves all runs on ``aws`` one after the other:
    where neither the engine nor the start of a provider is the subject."""
    with on_path(provider_binary, aws.environment, tmp_path_factory.mktemp("served") / "terraform", at_once=1) as path:
        yield path


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "docker":
        request.getfixturevalue("image")
    elif shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")
    return str(request.param)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[[Project], Project]]:
    """Takes note of a project, so that what it leaves is ended and removed."""
    projects: list[Project] = []

    def note(project: Project) -> Project:
        projects.append(project)
        return project

    yield note
    for project in projects:
        project.clean()
    with contextlib.suppress(OSError):
        shutil.rmtree(tmp_path)


@pytest.fixture
def project(tmp_path: Path, aws: Aws, engine: str, made: Callable[[Project], Project]) -> Project:
    """The tiny project, on each engine, its states in a bucket."""
    return made(tiny(tmp_path, aws, engine))


@pytest.fixture
def in_docker(tmp_path: Path, aws: Aws, image: str, made: Callable[[Project], Project]) -> Project:
    """The tiny project in a container, its states in a bucket."""
    return made(tiny(tmp_path, aws, "docker"))


@pytest.fixture
def empty(tmp_path: Path, aws: Aws, made: Callable[[Project], Project]) -> Project:
    return made(make(tmp_path, aws))


@pytest.fixture
def shipped(tmp_path: Path, image: str, made: Callable[[Project], Project]) -> Iterator[Project]:
    """A copy of the shipped project with a home and a sandbox of its own; each command starts as you type it."""
    project = made(replace(copied(tmp_path), starts=True))
    yield project
    project.run("sandbox", "stop")


@pytest.fixture
def shipped_on_host(tmp_path: Path, provider_binary: Path, made: Callable[[Project], Project]) -> Iterator[Project]:
    """The same on the host engine, its sandbox started: where neither the engine nor the start of a provider is the subject,
    two processes of the real provider serve all runs."""
    project = made(copied(tmp_path, ORCHESTRATE_ENGINE="host"))
    project.run("sandbox", "start")
    there = Aws(json.loads(project.run("sandbox", "status", "--json").out)["url"]).environment
    with on_path(provider_binary, there, tmp_path / "terraform") as path:
        project.environment["PATH"] = path
        yield project
    project.run("sandbox", "stop")


def copied(folder: Path, **extra: str) -> Project:
    project = make(folder, extra={"ORCHESTRATE_SANDBOX": "1"} | extra)
    for name in ("config", "src", "modules"):
        shutil.copytree(ROOT / name, project.root / name, dirs_exist_ok=True)
    return project
