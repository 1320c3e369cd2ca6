"""Whether a data plane runs, and what an installed tool needs of it."""

from __future__ import annotations

import fcntl
import tomllib
from pathlib import Path

import pytest

from wrapper.containers import haproxy
from wrapper.containers.lifecycle import PROCESS, DataPlane
from wrapper.model.errors import BusyError

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


def test_an_installed_tool_has_the_lock_file_and_another_name() -> None:
    assert haproxy.REQUIREMENTS == ROOT / "requirements-haproxy.txt" and haproxy.REQUIREMENTS.exists()
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["requirements-haproxy.txt"] == "orchestrate/parts/requirements-haproxy.txt"
    assert f"from {DataPlane.__module__.rpartition('.')[0]}.process import main" in PROCESS


def test_stopping_where_nothing_was_started_asks_no_engine(tmp_path: Path) -> None:
    DataPlane(tmp_path).stop()
    assert list(tmp_path.iterdir()) == []
