"""The data plane's process: holds its lock, runs the loop, and leaves no container behind when it is told to end or its server
is gone.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import http.client
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ..sandbox import lifecycle as server
from .certificates import Authority
from .clock import PlaneClock, soon
from .engine import TaskEngine, connect
from .load_balancer import Proxy
from .nouns import World
from .plane import Plane, ServerGone
from .proxying import Proxying

LOCK, PID, READY = "plane.lock", "plane.pid", "plane.ready"
_GONE = 3.0  # seconds without an answer, after which the server's file is looked at
_LOCKS = 5.0  # seconds; a command that looks whether one runs holds the lock for a moment
_SWEEPS = 30.0  # seconds that containers may take which were being made
log = logging.getLogger("containers")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="wrapper.containers.process", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the folder of the sandbox server's server.json")
    parser.add_argument("--haproxy", required=True, help="HAProxy's program")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster than this machine's its clock runs")
    options = parser.parse_args(argv)
    os.umask(0o077)
    logging.basicConfig(stream=sys.stdout, level=logging.WARNING, format="%(asctime)s %(message)s")
    log.setLevel(logging.INFO)
    with locked(options.home / "containers"):
        serve(options.home, options.haproxy, options.speed)


def serve(home: Path, program: str, speed: float) -> None:
    folder = home / "containers"
    record = json.loads((home / server.RECORD).read_text())
    engine = TaskEngine(connect(), str(home), str(record["token"]))
    proxy = Proxy(folder, program)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    def ready() -> None:
        (folder / READY).write_text(str(os.getpid()))
        log.info("ready for %s (pid %s)", record["url"], os.getpid())

    exchange = Exchange(home, record, ready)
    plane = Plane(engine, exchange, Proxying(folder, proxy, Authority(folder)), PlaneClock(speed))
    plane.adopt()
    try:
        plane.go(ended)
    except ServerGone:
        log.info("the sandbox server has ended")
    finally:
        plane.stop()
        proxy.end()
        log.info("stopped; removed %s containers", swept(engine, plane.busy))


def swept(engine: TaskEngine, busy: Callable[[], bool]) -> int:
    """Also those that were being made at this moment: again until nothing is at work any more."""
    removed, deadline = 0, time.monotonic() + _SWEEPS
    while True:
        last = not busy() or time.monotonic() > deadline
        removed += engine.sweep()
        if last:
            return removed
        time.sleep(0.1)


class Exchange:
    """Reports what runs, and gets what ought to. ``begun`` hears of the first answer: from then on the server knows what runs."""

    def __init__(self, home: Path, record: Mapping[str, Any], begun: Callable[[], None]) -> None:
        self._begun: Callable[[], None] | None = begun
        self._file = home / server.RECORD
        self._record = record
        self._answered = time.monotonic()

    def __call__(self, report: Mapping[str, Any]) -> World:
        """Tries until there is an answer; ServerGone where there will be none."""
        body = json.dumps({"key": self._record["key"], "report": report}).encode()
        while True:
            try:
                found = server.ask(f"{self._record['url']}/_orchestrate/containers", body)
                self._answered = time.monotonic()
                if self._begun:
                    self._begun()
                    self._begun = None
                return found
            except (OSError, ValueError, http.client.HTTPException) as error:
                self._check(error)
                time.sleep(0.2)

    def _check(self, error: Exception) -> None:
        with contextlib.suppress(OSError, ValueError):
            same = json.loads(self._file.read_text()).get("token") == self._record["token"]
            if same and server.is_alive(int(self._record["pid"])):
                log.warning("the server does not answer: %s", error)
                return
        if time.monotonic() - self._answered > _GONE or not server.is_alive(int(self._record["pid"])):
            raise ServerGone


@contextlib.contextmanager
def locked(folder: Path, seconds: float = _LOCKS) -> Iterator[None]:
    """Held as long as this process lives: so others know that it does."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("a") as lock:
        if not soon(lambda: _taken(lock), seconds):
            raise SystemExit("another data plane of this sandbox runs")
        (folder / PID).write_text(str(os.getpid()))
        try:
            yield
        finally:
            for name in (PID, READY):
                (folder / name).unlink(missing_ok=True)


def _taken(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    main()
