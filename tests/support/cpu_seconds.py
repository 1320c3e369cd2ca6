"""`pytest --cpu-seconds=FILE tests`: a line for each test, the processor time of this process and of those that it started.

Time on a clock says what else ran; processor time says what a test costs: `sort -rn FILE | head`. A process that outlives its
test (a sandbox, the engine's containers) is not in it, and neither is Terraform on the host engine, which has another parent: a
cgroup counts them (cpuacct.usage, or cpu.stat).
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import forked
import pytest
import standin

COLUMNS = "{cpu:8.2f} {children:8.2f} {clock:8.2f} {test}\n"


def spent() -> tuple[float, float]:
    """User and system time of this process; and of its children that ended, of what forks and of Java, with theirs that ended."""
    own, children = (resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    beside = sum(_with_children(one().pid) for one in (forked.server, standin.machine) if one.cache_info().currsize)
    return own.ru_utime + own.ru_stime, children.ru_utime + children.ru_stime + beside


def _with_children(pid: int) -> float:
    """The fields utime, stime, cutime and cstime of proc(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


class CpuSeconds:
    """Workers append to one file: a line is written at once."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._began = spent()

    @pytest.hookimpl
    def pytest_collection_finish(self) -> None:
        self._write("collection", self._began, time.monotonic())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        before, clock = spent(), time.monotonic()
        try:
            return (yield)
        finally:
            self._write(item.nodeid, before, clock)

    def _write(self, test: str, before: tuple[float, float], clock: float) -> None:
        own, children = (now - then for now, then in zip(spent(), before, strict=True))
        clock = time.monotonic() - clock
        os.write(self._file, COLUMNS.format(cpu=own + children, children=children, clock=clock, test=test).encode())
