"""The count of provider starts (bench/provider_starts.py), with processes of that name that wait."""

from __future__ import annotations

import importlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
OURS, CONTAINERS, OTHER = "http://127.0.0.1:40001", "http://host.docker.internal:40001", "http://127.0.0.1:40002"
Start = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """A provider, until its input is closed."""
    program = tmp_path / "terraform-provider-aws_v5.100.0_x5"
    program.write_text("#!/bin/sh\nread line\n")
    program.chmod(0o755)
    return lambda endpoint: subprocess.Popen([program], stdin=subprocess.PIPE, env={"AWS_ENDPOINT_URL": endpoint})


def test_each_start_counts_once_wherever_it_runs(module: Callable[[str], ModuleType], start: Start) -> None:
    starts = module("provider_starts")
    other = start(OTHER)
    with starts.watched(OURS) as seen:
        for number, endpoint in enumerate((OURS, OURS, CONTAINERS), 1):
            one = start(endpoint)
            deadline = time.monotonic() + 60
            while len(seen) < number and time.monotonic() < deadline:
                time.sleep(0.01)
            one.communicate()
            assert len(seen) == number
    other.communicate()


def test_nothing_seen_is_no_count(module: Callable[[str], ModuleType]) -> None:
    assert module("provider_starts").counted(OURS, lambda: None) == 0
    with pytest.raises(module("place").Failed, match="no start of a provider was seen"):
        module("apply")._row("a tenant", 0, 3)
