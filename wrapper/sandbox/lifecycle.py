"""Starts, finds and stops the sandbox of one project. Only the standard library, so that it costs nothing to import.

Knows files, processes and the health route; does not know moto. A server is ours only if it answers our token and project.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import http.client
import json
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..model.errors import BusyError, UnavailableError

RECORD = "server.json"
LOG = "server.log"
READY_SECONDS = 30.0
STOP_SECONDS = 10.0
ANSWER_SECONDS = 5.0  # for one request
DROPPED_PREFIXES = ("AWS_", "TF_", "JENKINS_", "PYTHON", "MOTO_", "WERKZEUG_", "FLASK_")
# Isolated, as the executable starts Python: the folder of the package is the last place to look.
PACKAGE = str(Path(__file__).resolve().parents[2])
# And ends at once when all is written: to take moto's objects apart costs Python seconds, for which `sandbox stop` would wait.
SERVER = f"import os, sys; sys.path.append(sys.argv.pop(1)); from {__package__}.server import main; main(); os._exit(0)"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is never reached through a proxy


@dataclass(frozen=True)
class Seed:
    """What a real account holds before the first run."""

    buckets: tuple[tuple[str, str], ...] = ()  # (name, region)
    zones: tuple[str, ...] = ()
    secrets: tuple[tuple[str, str, str], ...] = ()  # (name, region, value)


@dataclass(frozen=True)
class Endpoint:
    url: str
    port: int
    pid: int
    log: Path
    version: str = ""  # of the orchestrate that started it; "" up to 0.1.1, which did not say
    containers: bool = False  # whether a data plane runs the tasks
    key: str = field(default="", repr=False)  # of the data plane's route


def seed_from_json(text: str) -> Seed:
    """Reads what ``json.dumps(dataclasses.asdict(seed))`` wrote."""
    data = json.loads(text)
    return Seed(
        buckets=tuple((name, region) for name, region in data.get("buckets", ())),
        zones=tuple(str(zone) for zone in data.get("zones", ())),
        secrets=tuple((name, region, value) for name, region, value in data.get("secrets", ())),
    )


class Sandbox:
    """One simulated AWS. ``home`` holds its files, ``project`` says whose it is, ``version`` that of this tool; ``answer_seconds``:
    how long it may take for one answer, ``patience``: until it counts as stuck."""

    def __init__(
        self,
        home: Path,
        project: str,
        version: str = __version__,
        answer_seconds: float = ANSWER_SECONDS,
        patience: float = READY_SECONDS,
    ) -> None:
        self._answer_seconds, self._patience = answer_seconds, patience
        self._home = home.absolute()
        self._project = project
        self._version = version
        self._record = self._home / RECORD
        self._log = self._home / LOG

    def status(self) -> Endpoint | None:
        record = self._read_record()
        if record is None or not self._is_ours(record):
            return None
        return self._endpoint(record)

    def usable(self) -> Endpoint | None:
        """The running server. BusyError for one that another version of the tool started: its patches of moto are others."""
        found = self.status()
        if found is None or found.version == self._version:
            return found
        raise BusyError(
            f"orchestrate {found.version or '0.1.1 or earlier'} started the sandbox that runs; this is {self._version}",
            where=str(self._record),
            hint="stop it first, which empties it: ./orchestrate sandbox stop",
        )

    def start(self, seed: Seed, containers: bool | None = None) -> Endpoint:
        """Idempotent: a running server is seeded again, which changes nothing that exists. BusyError as in ``usable``, and
        for a running one of the other mode; ``containers`` None: either will do, and a new one has none."""
        with self._alone():
            running = self.usable()
            if running and containers not in (None, running.containers):
                raise self._other_mode(running)
            return self._start(seed, bool(containers))

    def stop(self) -> bool:
        """True if a server of ours was running and has ended."""
        with self._alone():
            return self._stop()

    def reset(self, seed: Seed, containers: bool = False) -> Endpoint:
        """A new, empty AWS at a new address."""
        with self._alone():
            self._stop()
            return self._start(seed, containers)

    def _other_mode(self, running: Endpoint) -> BusyError:
        there, wanted = ("with", "without") if running.containers else ("without", "with")
        reset = "./orchestrate sandbox reset" + ("" if running.containers else " --containers")
        return BusyError(
            f"the sandbox that runs was started {there} containers, and you ask for one {wanted}",
            where=str(self._record),
            hint=f"reset it first, which empties it: {reset}",
        )

    def _start(self, seed: Seed, containers: bool) -> Endpoint:
        running = self.usable()
        made = running or self._spawn(containers)
        try:
            self._post(made, "seed", dataclasses.asdict(seed))
        except UnavailableError:
            if running is None:  # the next command would take one with half of its content for whole
                self._stop()
            raise
        return made

    def _stop(self) -> bool:
        running = self.status()
        if running is not None:
            self._end(running)
        self._record.unlink(missing_ok=True)
        return running is not None

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two commands that start or stop at the same time take turns."""
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._home.chmod(0o700)
        with open(self._home / "lock", "a", opener=_no_link) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read_record(self) -> dict[str, Any] | None:
        try:
            record = json.loads(self._record.read_text())
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) and {"url", "port", "pid", "token"} <= record.keys() else None

    def _is_ours(self, record: Mapping[str, Any]) -> bool:
        """Believes neither a pid nor a port: both are reused. One that is late is not gone: a second one would take its place."""
        deadline = time.monotonic() + self._patience
        while True:
            try:
                answer = ask(f"{record['url']}/_orchestrate/health", seconds=self._answer_seconds)
                expected = {"token": record["token"], "project": self._project, "pid": record["pid"]}
                return expected.items() <= answer.items()
            except (OSError, ValueError, http.client.HTTPException) as error:
                if not (_is_late(error) and isinstance(record["pid"], int) and is_alive(record["pid"])):
                    return False
                if time.monotonic() > deadline:
                    raise self._stuck(record["pid"]) from None

    def _stuck(self, pid: int) -> UnavailableError:
        return UnavailableError(
            f"the sandbox (pid {pid}) does not answer",
            where=str(self._log),
            hint=f"read the log; to end it, which empties it: kill -9 {pid}",
        )

    def _endpoint(self, record: Mapping[str, Any]) -> Endpoint:
        version = str(record.get("version", ""))
        mode = bool(record.get("containers")), str(record.get("key", ""))
        return Endpoint(str(record["url"]), int(record["port"]), int(record["pid"]), self._log, version, *mode)

    def _spawn(self, containers: bool) -> Endpoint:
        self._record.unlink(missing_ok=True)
        pid = self._launch(("--containers",) if containers else ())
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            running = self.status()
            if running is not None and running.pid == pid:
                return running
            if not is_alive(pid):
                raise self._unavailable("the sandbox ended while it started")
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        raise self._unavailable(f"the sandbox did not answer within {READY_SECONDS:.0f} s")

    def _launch(self, more: tuple[str, ...]) -> int:
        options = ("--home", str(self._home), "--project", self._project, "--version", self._version, *more)
        return launch(SERVER, options, self._log)

    def _end(self, running: Endpoint) -> None:
        """Its identity has just been checked; the signal goes to exactly that process."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while is_alive(running.pid):
            if time.monotonic() > deadline:
                raise self._unavailable(f"the sandbox (pid {running.pid}) did not stop within {STOP_SECONDS:.0f} s")
            time.sleep(0.02)

    def _post(self, running: Endpoint, route: str, body: Mapping[str, Any]) -> None:
        try:
            ask(f"{running.url}/_orchestrate/{route}", json.dumps(body).encode())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise self._unavailable(f"the sandbox did not take the {route}: {error}") from error

    def _unavailable(self, message: str) -> UnavailableError:
        return UnavailableError(message, where=str(self._log), hint="read the log, then: ./orchestrate sandbox reset")


def launch(program: str, options: Iterable[str], log: Path) -> int:
    """Runs Python's text with the package on its path, detached: no terminal, no standard input, a session of its own; it
    outlives this command. Its process number."""
    appending = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-I", "-u", "-c", program, PACKAGE, *options],
        server_environment(os.environ),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), appending, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def ask(url: str, body: bytes | None = None, seconds: float = ANSWER_SECONDS) -> dict[str, Any]:
    """GET, or POST when there is a body."""
    with DIRECT.open(url, data=body, timeout=seconds) as response:
        answer = json.loads(response.read())
    if not isinstance(answer, dict):
        raise ValueError(f"{url} did not answer an object")
    return answer


def _is_late(error: Exception) -> bool:
    """Something listens there, and has not answered yet."""
    return isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError)


def is_alive(pid: int) -> bool:
    """Of this user's processes. A child of ours that has ended is a zombie until it is waited for."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):  # or the number is another user's process's by now
        return False
    return True


def server_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """No credentials, no settings of a run, and no cookie by which Jenkins would find and end the server."""
    return {name: value for name, value in environ.items() if not name.startswith(DROPPED_PREFIXES)}


def _no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
