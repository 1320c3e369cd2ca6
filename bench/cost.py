"""What a command takes: wall time, processor time, and memory of it and all that it starts (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import seconds
from place import Failed

GLANCE = 0.02  # seconds between two looks at memory
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cost:
    """``seconds`` of wall time, ``cpu`` seconds of the process and its children; ``largest`` megabytes that one process held
    (ru_maxrss), ``together`` that all held at one time (looked at often, so a little may be missed), ``own`` our own one."""

    seconds: float
    cpu: float
    largest: float
    together: float
    own: float


def of(argv: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> Cost:
    """Run it to its end and say what it took. Raises Failed when it does not end well."""
    with tempfile.TemporaryFile("w+") as said, _adopting():
        before, null = _children(), subprocess.DEVNULL
        child = subprocess.Popen(argv, cwd=cwd, env=dict(environment), stdin=null, stdout=said, stderr=said)
        with _Looking(child.pid) as looking:
            usages: list[tuple[int, int, resource.struct_rusage]] = []
            took = seconds(lambda: usages.append(os.wait4(child.pid, 0)))
        _reap()
        _, status, usage = usages[0]
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            tail = "\n".join(said.read().splitlines()[-20:])
            raise Failed(f"{' '.join(argv)} ended with {child.returncode}:\n{tail}")
    largest = usage.ru_maxrss / 1024
    return Cost(took, _children() - before, largest, max(looking.together, largest), looking.own)


@contextlib.contextmanager
def _adopting() -> Iterator[None]:
    """Meanwhile what loses its parent becomes ours (prctl(2)): on the host engine Terraform's parent has ended, and it would
    not be counted."""
    prctl = ctypes.CDLL(None).prctl
    prctl(_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
    finally:
        prctl(_SUBREAPER, 0, 0, 0, 0)


def _reap() -> None:
    """Wait for what became ours and has ended: only then its time is counted."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _children() -> float:
    """Seconds of processors that children took which were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class _Looking:
    """Looks at the memory of a process, and of all that descends from us, until the end."""

    def __init__(self, pid: int) -> None:
        self.together = self.own = 0.0
        self._pid, self._end = pid, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _Looking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._end.wait(GLANCE):
            self.own = max(self.own, _megabytes(self._pid))
            self.together = max(self.together, _over(os.getpid(), _megabytes) - _megabytes(os.getpid()))


def _over(pid: int, of_one: Callable[[int], float]) -> float:
    """The sum over a process and its descendants."""
    try:
        text = " ".join(f.read_text() for f in Path(f"/proc/{pid}/task").glob("*/children"))
    except OSError:
        return of_one(pid)
    return of_one(pid) + sum(_over(int(child), of_one) for child in text.split())


def _megabytes(pid: int) -> float:
    """What it holds that is its own: pages it shares with others are counted once, with the largest."""
    try:
        resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    except (OSError, ValueError):
        return 0.0
    return (int(resident) - int(shared)) * _PAGE / 1e6
