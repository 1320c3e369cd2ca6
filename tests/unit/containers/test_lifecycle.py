"""Whether a data plane runs, and what an installed tool needs of it."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import tomllib
from pathlib import Path

import pytest
from fake_engine import FakeEngine, FakePlane

from wrapper.containers import haproxy
from wrapper.containers.clock import soon
from wrapper.containers.lifecycle import PROCESS, READY_SECONDS, DataPlane
from wrapper.containers.process import LOCK, PID, locked, swept
from wrapper.model.errors import BusyError, UnavailableError

ROOT = Path(__file__).resolve().parents[3]


def test_one_runs_as_long_as_its_lock_is_held(tmp_path: Path) -> None:
    plane = DataPlane(tmp_path)
    assert not plane.running()
    (tmp_path / "containers").mkdir()
    with (tmp_path / "containers/plane.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert plane.running()
    assert not plane.running()


def test_one_that_runs_keeps_its_speed(tmp_path: Path) -> None:
    plane = DataPlane(tmp_path)
    (tmp_path / "containers").mkdir()
    (tmp_path / "containers/speed").write_text("60.0")
    with (tmp_path / "containers/plane.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        plane.start("haproxy")
        plane.start("haproxy", 60.0)
        with pytest.raises(BusyError, match="60 times as fast"):
            plane.start("haproxy", 2.0)


def test_one_that_ends_at_once_is_an_error_at_once(tmp_path: Path) -> None:
    """It has no server to ask."""
    began = time.monotonic()
    with pytest.raises(UnavailableError, match="ended while they started"):
        DataPlane(tmp_path).start("haproxy")
    assert time.monotonic() - began < READY_SECONDS


def test_a_look_at_the_lock_does_not_keep_a_data_plane_from_its_start(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    with (tmp_path / LOCK).open("a") as look:
        fcntl.flock(look, fcntl.LOCK_SH)
        release = threading.Timer(0.2, lambda: fcntl.flock(look, fcntl.LOCK_UN))
        release.start()
        with locked(tmp_path):
            assert (tmp_path / PID).read_text() == str(os.getpid())
        release.join()


def test_a_second_data_plane_does_not_start(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(SystemExit, match="another data plane"), locked(tmp_path, seconds=0.1):
        pass


def test_what_is_being_made_while_it_ends_is_swept_too() -> None:
    engine, made = FakeEngine(), iter([True, True, False])

    def busy() -> bool:
        engine.running[f"id-{len(engine.done)}"] = {}
        return next(made)

    assert swept(engine, busy) == 3 and not engine.running


def test_a_task_that_starts_is_work_until_it_is_done() -> None:
    plane, going = FakePlane(), threading.Event()
    plane.engine.waits = going.wait
    assert not plane.runner.busy()
    plane.schedule()
    assert plane.runner.busy()
    going.set()
    plane.hear()
    assert soon(lambda: not plane.runner.busy(), 30)


def test_an_installed_tool_has_the_lock_file_and_another_name() -> None:
    assert haproxy.REQUIREMENTS == ROOT / "requirements-haproxy.txt" and haproxy.REQUIREMENTS.exists()
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["requirements-haproxy.txt"] == "orchestrate/parts/requirements-haproxy.txt"
    assert f"from {DataPlane.__module__.rpartition('.')[0]}.process import main" in PROCESS


def test_stopping_where_nothing_was_started_asks_no_engine(tmp_path: Path) -> None:
    DataPlane(tmp_path).stop()
    assert list(tmp_path.iterdir()) == []
