"""HAProxy as a process of this user on 127.0.0.1: started, given other servers or routes without a lost connection, ended.

It lives on when the data plane is killed, and the next one finds it by its files.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..model.errors import UnavailableError
from .clock import soon
from .routes import Backends
from .runtime_api import MASTER, WORKER, HaproxyCommands, Refused, RunningServers

CONFIGURATION, PIDS, LOG = "haproxy.cfg", "haproxy.pid", "haproxy.log"
_BEGINS, _ENDS = 30.0, 5.0  # seconds; on a busy machine a process takes its time
_LEAVES = 1.0  # seconds; a port that an ended worker listened at
_EXECUTES = 2.0  # seconds; at each reload the master executes itself again, and has no command line for that moment


class Proxy:
    """``home``: the folder of its files. ``program``: HAProxy's."""

    def __init__(self, home: Path, program: str, commands: HaproxyCommands | None = None) -> None:
        self._home = home
        self._program = program
        self._commands = commands or HaproxyCommands(home)
        self._servers = RunningServers(self._commands)
        self._frame = ""
        self._master: subprocess.Popen[bytes] | None = None

    def apply(self, frame: str, text: str, servers: Backends) -> bool:
        """Runs so when this returns; whether it was otherwise. ``text``: the configuration with its servers, ``frame``: without."""
        if frame == self._frame and self.running():
            with contextlib.suppress(Refused, OSError):
                return self._servers.change(servers)
        self._frame = ""  # not known, until it is done
        self._write(text)
        self._commands.reload() if self.running() else self._start()
        self._servers.begin(servers)
        self._frame = frame
        return True

    def _write(self, text: str) -> None:
        """At once: HAProxy may be reading it."""
        aside = self._home / f"{CONFIGURATION}.new"
        aside.write_text(text)
        aside.replace(self._home / CONFIGURATION)

    def running(self) -> int:
        """The process number of the master, or 0. A number that was given to another process since is not believed."""
        if self._master is not None and self._master.poll() is None:
            return self._master.pid
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int((self._home / PIDS).read_text().split()[0])
            return pid if str(self._home / CONFIGURATION).encode() in _command_line(pid) else 0
        return 0

    def worker(self) -> int:
        """The process number of the one that takes connections now."""
        found = [line for line in self._commands.work("show info").splitlines() if line.startswith("Pid:")]
        return int(found[0].split()[1])

    def _start(self) -> None:
        """Master and worker (-W): connections under way stay with the worker that has them when another one begins."""
        for name in (PIDS, WORKER, MASTER):
            (self._home / name).unlink(missing_ok=True)
        argv = [self._program, "-W", "-S", f"unix@{MASTER},mode,600", "-f", str(self._home / CONFIGURATION)]
        with (self._home / LOG).open("ab") as log:
            self._master = subprocess.Popen(
                argv, cwd=self._home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        # By us: HAProxy's own comes late, and a second one would start.
        (self._home / PIDS).write_text(str(self._master.pid))
        soon(lambda: self._is_up() or not self.running(), _BEGINS)
        if not self._is_up():
            raise UnavailableError("HAProxy did not start", where=str(self._home / LOG), hint="read the log")

    def _is_up(self) -> bool:
        with contextlib.suppress(OSError, IndexError):
            return (self._home / WORKER).exists() and self.worker() > 0
        return False

    def end(self) -> None:
        """Also where its files are gone."""
        if pid := self.running():
            os.kill(pid, signal.SIGTERM)
            if not soon(lambda: not self.running(), _ENDS):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self._master is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._master.wait(_ENDS)
        for name in (CONFIGURATION, PIDS, WORKER, MASTER):
            (self._home / name).unlink(missing_ok=True)


def _command_line(pid: int) -> bytes:
    """Of a process; OSError or empty where there is none."""
    read: list[bytes] = []

    def found() -> bool:
        read.append(_read_command_line(pid))
        return read[-1] != b""

    soon(found, _EXECUTES)
    return read[-1]


def _read_command_line(pid: int) -> bytes:
    if Path("/proc/self/cmdline").exists():
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False).stdout


def choose_ports(wanted: Iterable[int], known: Mapping[int, int]) -> dict[int, int]:
    """A port of this machine for each of AWS's; those that have one keep it."""
    return {port: known.get(port) or _free_port() for port in sorted(wanted)}


def taken(ports: Iterable[int]) -> set[int]:
    """Those at which another process listens, and goes on to: an earlier worker of ours ends soon."""
    return {port for port in ports if not soon(lambda port=port: _is_free(port), _LEAVES)}  # type: ignore[misc]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
