"""HAProxy as a process of this user on 127.0.0.1: started, given a new configuration without a lost connection, ended.

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

CONFIGURATION, PIDS, SOCKET, LOG = "haproxy.cfg", "haproxy.pid", "haproxy.sock", "haproxy.log"
_ENDS = 5.0  # seconds


class Proxy:
    """``home``: the folder of its files. ``program``: HAProxy's."""

    def __init__(self, home: Path, program: str) -> None:
        self._home = home
        self._program = program
        self._shown = ""
        self._master: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> str:
        """A short path: one of a socket holds a hundred characters."""
        return SOCKET

    def apply(self, text: str) -> bool:
        """Runs with this configuration from now on; whether it was another one."""
        if text == self._shown and self.running():
            return False
        (self._home / CONFIGURATION).write_text(text)
        self._reload() if self.running() else self._start()
        self._shown = text
        return True

    def running(self) -> int:
        """The process number of the master, or 0. A number that was given to another process since is not believed."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int((self._home / PIDS).read_text().split()[0])
            return pid if str(self._home / CONFIGURATION).encode() in _command_line(pid) else 0
        return 0

    def _start(self) -> None:
        """Master and worker (-W), so that a signal is enough for a new configuration."""
        for name in (PIDS, SOCKET):
            (self._home / name).unlink(missing_ok=True)
        argv = [self._program, "-W", "-f", str(self._home / CONFIGURATION)]
        with (self._home / LOG).open("ab") as log:
            self._master = subprocess.Popen(
                argv, cwd=self._home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        (self._home / PIDS).write_text(
            str(self._master.pid)
        )  # by us: HAProxy's own comes late, and a second one would start
        if not soon(lambda: (self._home / SOCKET).exists(), _ENDS):
            raise UnavailableError("HAProxy did not start", where=str(self._home / LOG), hint="read the log")

    def _reload(self) -> None:
        """Connections under way stay with the worker that has them. https://docs.haproxy.org/2.8/management.html#4"""
        os.kill(self.running(), signal.SIGUSR2)

    def end(self) -> None:
        pid = self.running()
        if pid:
            os.kill(pid, signal.SIGTERM)
            if not soon(lambda: not self.running(), _ENDS):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if self._master is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._master.wait(_ENDS)
        for name in (CONFIGURATION, PIDS, SOCKET):
            (self._home / name).unlink(missing_ok=True)


def _command_line(pid: int) -> bytes:
    """Of a process; empty where there is none."""
    if Path("/proc/self/cmdline").exists():
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, check=False).stdout


def choose_ports(wanted: Iterable[int], known: Mapping[int, int]) -> dict[int, int]:
    """A port of this machine for each of AWS's; those that have one keep it."""
    return {port: known.get(port) or _free_port() for port in sorted(wanted)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
