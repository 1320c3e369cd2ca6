"""The table of processor times."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cpu_seconds import CpuSeconds

BUSY = "import time\nwhile time.process_time() < 0.2: pass"


def test_a_test_has_a_line_with_its_own_time_and_that_of_what_it_started(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    during = CpuSeconds(tmp_path / "table").pytest_runtest_protocol(request.node)
    next(during)
    subprocess.run([sys.executable, "-I", "-c", BUSY], check=True)
    with pytest.raises(StopIteration):
        next(during)
    cpu, children, clock, test = (tmp_path / "table").read_text().split()
    assert float(cpu) >= float(children) >= 0.2 and float(clock) >= 0.2
    assert test == request.node.nodeid
