"""Starts, finds and stops the data plane of one sandbox, and says whether this machine can have one.

Knows files, processes and the engine's answer; what the data plane does, it does not know.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
from pathlib import Path
from typing import Any

from ..model.errors import BusyError, UnavailableError
from ..sandbox.lifecycle import ask, is_alive, launch
from .clock import soon
from .engine import sweep_unreachable
from .load_balancer import Proxy
from .process import LOCK, PID, READY

PROCESS = f"import sys; sys.path.append(sys.argv.pop(1)); from {__package__}.process import main; main()"
LOG, SPEED, STARTS = "containers.log", "speed", "start.lock"
READY_SECONDS, STOP_SECONDS = 30.0, 60.0


class DataPlane:
    """``home``: the folder of the sandbox server's files; the data plane's are in ``containers`` below it."""

    def __init__(self, home: Path) -> None:
        self._home = home.absolute()
        self._folder = self._home / "containers"
        self.log = self._home / LOG

    def running(self) -> bool:
        """Whether a data plane holds the lock."""
        with contextlib.suppress(FileNotFoundError), (self._folder / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def start(self, program: str, speed: float | None = None) -> None:
        """Unless it runs; BusyError where it does with another speed. ``program``: HAProxy's. ``speed``: of its clock; None: as
        before, and else that of this machine's."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / STARTS).open("a") as starts:  # two commands at the same time take turns
            fcntl.flock(starts, fcntl.LOCK_EX)
            self._start(program, speed)

    def _start(self, program: str, speed: float | None) -> None:
        known = self._speed()
        if self.running():
            if speed not in (None, known):
                raise self._other_speed(known)
            return
        speed = speed or known
        (self._folder / SPEED).write_text(str(speed))
        (self._folder / READY).unlink(missing_ok=True)
        pid = launch(PROCESS, ("--home", str(self._home), "--haproxy", program, "--speed", str(speed)), self.log)
        ready = self._folder / READY
        soon(lambda: ready.exists() or not is_alive(pid), READY_SECONDS)
        if not ready.exists():
            how = f"did not start within {READY_SECONDS:.0f} s" if is_alive(pid) else "ended while they started"
            raise UnavailableError(
                f"the sandbox's containers {how}",
                where=str(self.log),
                hint="read the log, then: ./orchestrate sandbox reset",
            )

    def _speed(self) -> float:
        """One that is started again keeps its speed."""
        with contextlib.suppress(OSError, ValueError):
            return float((self._folder / SPEED).read_text())
        return 1.0

    def _other_speed(self, known: float) -> BusyError:
        return BusyError(
            f"the sandbox's containers run with a clock {known:g} times as fast as this machine's",
            where=str(self._folder / SPEED),
            hint="empty it first: ./orchestrate sandbox reset --containers --speed N",
        )

    def stop(self) -> None:
        """It removes its containers and its proxy; what a killed one left, this does."""
        for number in (signal.SIGTERM, signal.SIGKILL):  # one that hangs does not end by itself
            if self.running():
                with contextlib.suppress(OSError, ValueError):
                    os.kill(int((self._folder / PID).read_text()), number)
                soon(lambda: not self.running(), STOP_SECONDS)
        if self._folder.exists():
            Proxy(self._folder, "").end()
            sweep_unreachable(str(self._home))
            (self._folder / SPEED).unlink(missing_ok=True)


def look(url: str, key: str) -> dict[str, Any]:
    """What the data plane told last, with the age of its word."""
    return ask(f"{url}/_orchestrate/containers", json.dumps({"key": key, "look": True}).encode())


def drill(url: str, key: str, kind: str, task: str, seconds: float) -> None:
    """Asks the data plane for a drill on a task, by its id."""
    asked = {"kind": kind, "task": task, "seconds": seconds}
    ask(f"{url}/_orchestrate/containers", json.dumps({"key": key, "drill": asked}).encode())
