"""What a killed run left is removed by the next command of any layer; what goes on is left alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from project_on_disk import Disk

from wrapper.engines import leftovers
from wrapper.engines.run_directory import occupy
from wrapper.model.nouns import ContainerSettings, Run, RunFiles
from wrapper.model.stack import Layer
from wrapper.project.project import Project
from wrapper.terraform.commands import BACKEND_FILE, PLAN_FILE, VALUES_FILE


@pytest.fixture
def run(example: Disk) -> Run:
    project = Project(example.root, example.root / ".orchestrate")
    made = {BACKEND_FILE: b"{}", VALUES_FILE: b'{"dsn": "CANARY"}'}
    layer = Layer(project.stack("app-test"), "acme")
    home = example.root / ".orchestrate/runs/r/app-test/acme"
    return Run(layer, "apply", (), home, "src/app/tenant", "me", RunFiles(made=made), ContainerSettings("n", "i"))


def home_of(run: Run) -> Path:
    return run.home.parents[3]


def kill(run: Run) -> Path:
    """As if it had been: what a run that is there has made, and its lock not emptied."""
    with occupy(run, print) as directory:
        values, lock = (directory.work / VALUES_FILE).read_bytes(), (run.home / "lock").read_bytes()
    assert not (directory.work / VALUES_FILE).exists() and (run.home / "lock").read_bytes() == b""
    (directory.work / VALUES_FILE).write_bytes(values)
    (directory.work / PLAN_FILE).write_bytes(b"plan")
    (directory.work / "inputs").mkdir()
    (run.home / "lock").write_bytes(lock)
    return directory.work


def test_a_run_that_ended_leaves_nothing(run: Run) -> None:
    with pytest.raises(ZeroDivisionError), occupy(run, print):
        assert leftovers.find(home_of(run)) == [], "it goes on"
        assert leftovers.remove(home_of(run)) == []
        raise ZeroDivisionError
    assert leftovers.find(home_of(run)) == [] and (run.home / "lock").read_bytes() == b""


def test_what_a_killed_run_left_is_found_and_removed(run: Run) -> None:
    work = kill(run)
    left = [work / VALUES_FILE, work / PLAN_FILE, work / "inputs"]
    assert leftovers.find(home_of(run)) == left and all(path.exists() for path in left)
    assert leftovers.remove(home_of(run)) == left
    assert not any(path.exists() for path in left) and (work / BACKEND_FILE).exists()
    assert leftovers.remove(home_of(run)) == []


def test_a_plan_that_its_container_writes_later_is_found_too(run: Run) -> None:
    work = kill(run)
    leftovers.remove(home_of(run))
    assert leftovers.remove(home_of(run)) == []
    (work / PLAN_FILE).write_bytes(b"later")
    assert leftovers.remove(home_of(run)) == [work / PLAN_FILE]


def test_a_day_later_it_is_not_looked_at_again(run: Run) -> None:
    kill(run)
    leftovers.remove(home_of(run))
    os.utime(run.home / "lock", (time.time() - 90_000,) * 2)
    leftovers.remove(home_of(run))
    assert (run.home / "lock").read_bytes() == b""


def test_no_private_folder(tmp_path: Path) -> None:
    assert leftovers.find(tmp_path / "none") == leftovers.remove(tmp_path / "none") == []
