"""Whether a data plane runs, and what an installed tool needs of it."""

from __future__ import annotations

import fcntl
import tomllib
from pathlib import Path

from wrapper.containers import haproxy
from wrapper.containers.lifecycle import PROCESS, DataPlane

ROOT = Path(__file__).resolve().parents[3]


def test_one_runs_as_long_as_its_lock_is_held(tmp_path: Path) -> None:
    plane = DataPlane(tmp_path)
    assert not plane.running()
    (tmp_path / "containers").mkdir()
    with (tmp_path / "containers/plane.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert plane.running()
    assert not plane.running()


def test_an_installed_tool_has_the_lock_file_and_another_name() -> None:
    assert haproxy.REQUIREMENTS == ROOT / "requirements-haproxy.txt" and haproxy.REQUIREMENTS.exists()
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"]["requirements-haproxy.txt"] == "orchestrate/parts/requirements-haproxy.txt"
    assert f"from {DataPlane.__module__.rpartition('.')[0]}.process import main" in PROCESS


def test_stopping_where_nothing_was_started_asks_no_engine(tmp_path: Path) -> None:
    DataPlane(tmp_path).stop()
    assert list(tmp_path.iterdir()) == []
