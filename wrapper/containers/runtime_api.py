"""HAProxy's two command lines: its master takes a new configuration, its worker takes servers in and out. One request each.

https://docs.haproxy.org/2.8/management.html#9.3 and #9.4
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .routes import Backends, ProxyServer

WORKER, MASTER = "haproxy.sock", "master.sock"
_LONGEST_PATH = 100  # of a socket; the kernel's own limit is 107, and 103 elsewhere
_SECONDS, _LISTENS = 30.0, 10.0
_ADDED, _DELETED = "New server registered.", "Server deleted."


class Refused(Exception):
    """HAProxy did not do it, and says why."""


@dataclass(frozen=True)
class HaproxyCommands:
    """``home``: the folder of its sockets."""

    home: Path

    def reload(self) -> None:
        """Returns when the new worker has its listeners. A signal would be lost while an earlier one is obeyed, and the
        worker with the servers of before stays then."""
        said = self._ask(MASTER, "reload")
        if said.startswith("Success=0"):
            raise Refused(said)

    def work(self, command: str) -> str:
        return self._ask(WORKER, command)

    def _ask(self, name: str, command: str) -> str:
        folder = os.open(self.home, os.O_RDONLY)
        try:
            path = str(self.home / name)
            short = path if len(path) < _LONGEST_PATH else f"/proc/self/fd/{folder}/{name}"
            with _connected(short) as there:
                there.sendall(command.encode() + b"\n")
                there.shutdown(socket.SHUT_WR)
                return b"".join(iter(lambda: there.recv(65536), b"")).decode(errors="replace").strip()
        finally:
            os.close(folder)


def _connected(path: str) -> socket.socket:
    """A socket that has just been made may not listen yet."""
    deadline = time.monotonic() + _LISTENS
    while True:
        there = socket.socket(socket.AF_UNIX)
        there.settimeout(_SECONDS)
        try:
            there.connect(path)
            return there
        except OSError:
            there.close()
            if time.monotonic() > deadline:
                raise
        time.sleep(0.02)


class RunningServers:
    """The servers of a worker, changed while it runs."""

    def __init__(self, commands: HaproxyCommands) -> None:
        self._commands = commands
        self._shown: Backends = {}
        self._retired: set[str] = set()  # out of use, and still with connections

    def begin(self, shown: Backends) -> None:
        """A new worker has these."""
        self._shown, self._retired = shown, set()

    def change(self, wanted: Backends) -> bool:
        """Whether anything was another; Refused where HAProxy does not take it. The new come before the old go."""
        if wanted == self._shown:
            self._forget()
            return False
        for backend, servers in wanted.items():
            self._take_in(backend, servers, self._shown.get(backend, {}))
        for backend, servers in self._shown.items():
            for name in servers.keys() - wanted.get(backend, {}).keys():
                self._do(f"set server {backend}/{name} state maint")
                self._retired.add(f"{backend}/{name}")
        self._shown = wanted
        self._forget()
        return True

    def _take_in(self, backend: str, servers: Mapping[str, ProxyServer], before: Mapping[str, ProxyServer]) -> None:
        for name, server in servers.items():
            place = f"{backend}/{name}"
            if name not in before and place in self._retired:
                self._retired.discard(place)
                self._do(f"set server {place} state ready", f"set server {place} weight {server.weight}")
            elif name not in before:
                self._do(f"add server {place} {server.words}", expected=_ADDED)
                self._do(f"enable server {place}")
            elif before[name] != server:
                self._do(f"set server {place} weight {server.weight}")

    def _do(self, *commands: str, expected: str = "") -> None:
        for command in commands:
            said = self._commands.work(command)
            if said != expected:
                raise Refused(f"{command}: {said}")

    def _forget(self) -> None:
        """Deletes those whose last connection has ended."""
        self._retired -= {place for place in self._retired if self._commands.work(f"del server {place}") == _DELETED}
