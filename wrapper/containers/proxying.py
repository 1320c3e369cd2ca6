"""Keeps the proxy at what the world and the tasks say: ports, certificates, routes, the targets that get requests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from . import world as worlds
from .certificates import Authority
from .load_balancer import Proxy, choose_ports, taken
from .nouns import Target, TargetGroup, Task, World
from .routes import WEIGHT, Layout, ProxyServer, backend_name, configuration
from .runtime_api import WORKER
from .target_states import receiving, share

PORTS = "ports.json"


class Proxying:
    def __init__(self, home: Path, proxy: Proxy, authority: Authority) -> None:
        self._file = home / PORTS
        self._proxy, self._authority = proxy, authority
        self.ports: dict[int, int] = self._known()
        self.ca = ""

    def _known(self) -> dict[int, int]:
        try:
            return {int(aws): int(here) for aws, here in json.loads(self._file.read_text()).items()}
        except (OSError, ValueError):
            return {}

    def apply(self, world: World, tasks: Iterable[Task], now: float) -> None:
        self._choose_ports(worlds.listener_ports(world))
        if not self.ports:
            return
        listed = {p: self._authority.listed(p, names) for p, names in worlds.certificates(world).items()}
        self.ca = str(self._authority.bundle()) if listed else self.ca
        layout = Layout(WORKER, self.ports, listed)
        found = servers(tasks, worlds.target_groups(world), now)
        backends = {backend_name(group): {one.name: one for one in ones} for group, ones in found.items()}
        self._proxy.apply(configuration(world, {}, layout), configuration(world, found, layout), backends)

    def _choose_ports(self, wanted: set[int]) -> None:
        """A port that another process took while no proxy ran is given up: it would never start again."""
        lost = taken(self.ports.values()) if self.ports and not self._proxy.running() else set()
        known = {aws: here for aws, here in self.ports.items() if here not in lost}
        if known != self.ports or wanted - known.keys():
            self.ports = known | choose_ports(wanted | self.ports.keys(), known)
            self._file.write_text(json.dumps(self.ports))


def servers(tasks: Iterable[Task], groups: Mapping[str, TargetGroup], now: float) -> dict[str, list[ProxyServer]]:
    """Target group -> what gets its requests."""
    found: dict[str, list[tuple[Task, Target]]] = {arn: [] for arn in groups}
    for task in tasks:
        for target in task.targets:
            if target.group in found:
                found[target.group].append((task, target))
    return {arn: list(_chosen(groups[arn], pairs, now)) for arn, pairs in found.items()}


def _chosen(group: TargetGroup, pairs: Sequence[tuple[Task, Target]], now: float) -> Iterator[ProxyServer]:
    good = receiving([target for _, target in pairs])
    for task, target in pairs:
        if target in good:
            weight = max(1, round(WEIGHT * share(target, group, now)))
            yield ProxyServer(f"task-{task.id[:12]}", target.host_port, weight, bool(group.sticky))
