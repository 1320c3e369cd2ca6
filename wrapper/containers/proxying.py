"""Keeps the proxy at what the world and the tasks say: ports, certificates, routes, the targets that get requests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from . import world as worlds
from .certificates import Authority
from .load_balancer import Proxy, choose_ports
from .nouns import Target, Task, World
from .routes import Layout, ProxyServer, configuration
from .target_states import receiving

PORTS = "ports.json"


class Proxying:
    def __init__(self, home: Path, proxy: Proxy, authority: Authority, drain: bool = True) -> None:
        self._file = home / PORTS
        self._proxy, self._authority, self._drain = proxy, authority, drain
        self.ports: dict[int, int] = self._known()
        self.ca = ""

    def _known(self) -> dict[int, int]:
        try:
            return {int(aws): int(here) for aws, here in json.loads(self._file.read_text()).items()}
        except (OSError, ValueError):
            return {}

    def apply(self, world: World, tasks: Iterable[Task], now: float) -> None:
        wanted = worlds.listener_ports(world)
        if wanted - self.ports.keys():
            self.ports |= choose_ports(wanted, self.ports)
            self._file.write_text(json.dumps(self.ports))
        if not self.ports:
            return
        listed = {p: self._authority.listed(p, names) for p, names in worlds.certificates(world).items()}
        self.ca = str(self._authority.bundle()) if listed else self.ca
        layout = Layout(self._proxy.socket, self.ports, listed)
        self._proxy.apply(configuration(world, servers(tasks), layout))


def servers(tasks: Iterable[Task]) -> dict[str, list[ProxyServer]]:
    """Target group -> who gets its requests."""
    found: dict[str, list[tuple[Task, Target]]] = {}
    for task in tasks:
        for target in task.targets:
            found.setdefault(target.group, []).append((task, target))
    chosen: dict[str, list[ProxyServer]] = {}
    for group, pairs in found.items():
        good: list[Any] = receiving([target for _, target in pairs])
        chosen[group] = [ProxyServer(f"task-{task.id[:12]}", t.host_port) for task, t in pairs if t in good]
    return chosen
