"""Which targets get requests."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path

from wrapper.containers.certificates import Authority
from wrapper.containers.load_balancer import Proxy
from wrapper.containers.nouns import Target, TargetGroup, Task
from wrapper.containers.proxying import PORTS, Proxying, servers
from wrapper.containers.routes import Backends, ProxyServer

TASK = Task("arn:task/c/0123456789abcdef", "web:1", 0.0, status="RUNNING")


GROUP = {"group": TargetGroup("group", slow_start=60.0, sticky=3600.0)}


def with_target(name: str, state: str, port: int) -> Task:
    return replace(TASK, arn=f"arn:task/c/{name}", targets=(Target("group", "web", 80, port, state),))


def test_the_healthy_ones_of_each_group() -> None:
    tasks = [with_target("a", "healthy", 1), with_target("b", "initial", 2), with_target("c", "draining", 3)]
    assert servers(tasks, {"group": TargetGroup("group")}, 100.0) == {"group": [ProxyServer("task-a", 1)]}


def test_all_where_all_are_unhealthy() -> None:
    tasks = [with_target("a", "unhealthy", 1), with_target("b", "unhealthy", 2)]
    assert servers(tasks, {"group": TargetGroup("group")}, 100.0) == {
        "group": [ProxyServer("task-a", 1), ProxyServer("task-b", 2)]
    }


def test_a_target_that_is_new_gets_its_share_slowly_and_a_sticky_one_has_its_name_as_cookie() -> None:
    [task] = [with_target("a", "healthy", 1)]
    task = replace(task, targets=tuple(replace(t, healthy_since=100.0) for t in task.targets))
    weights = [servers([task], GROUP, now)["group"][0].weight for now in (100.0, 115.0, 160.0, 1000.0)]
    assert weights == [1, 25, 100, 100]
    assert servers([task], GROUP, 160.0) == {"group": [ProxyServer("task-a", 1, cookie=True)]}


def test_targets_of_a_group_that_is_gone_get_nothing() -> None:
    assert servers([with_target("a", "healthy", 1)], {}, 0.0) == {}


class StoppedProxy(Proxy):
    """No proxy runs."""

    def apply(self, frame: str, text: str, servers: Backends) -> bool:
        return True


def test_a_port_that_another_process_took_while_no_proxy_ran_is_given_up(tmp_path: Path) -> None:
    listeners = [{"port": 80, "protocol": "HTTP", "rules": []}, {"port": 81, "protocol": "HTTP", "rules": []}]
    balancer = {"arn": "arn:lb", "dns": "lb", "idle": 60, "listeners": [{**one, "arn": "arn:l"} for one in listeners]}
    world = {"load_balancers": [balancer], "target_groups": [], "names": [], "certificates": {}}
    with socket.create_server(("127.0.0.1", 0)) as other, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        mine, free = other.getsockname()[1], probe.getsockname()[1]
        probe.close()
        (tmp_path / PORTS).write_text(json.dumps({"80": mine, "81": free}))
        proxying = Proxying(tmp_path, StoppedProxy(tmp_path, "haproxy"), Authority(tmp_path))
        proxying.apply(world, (), 0.0)
        assert proxying.ports[81] == free and proxying.ports[80] not in (0, mine)
    assert json.loads((tmp_path / PORTS).read_text()) == {str(aws): here for aws, here in proxying.ports.items()}
