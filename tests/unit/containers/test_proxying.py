"""Which targets get requests."""

from __future__ import annotations

from dataclasses import replace

from wrapper.containers.nouns import Target, Task
from wrapper.containers.proxying import servers
from wrapper.containers.routes import ProxyServer

TASK = Task("arn:task/c/0123456789abcdef", "web:1", 0.0, status="RUNNING")


def with_target(name: str, state: str, port: int) -> Task:
    return replace(TASK, arn=f"arn:task/c/{name}", targets=(Target("group", "web", 80, port, state),))


def test_the_healthy_ones_of_each_group() -> None:
    tasks = [with_target("a", "healthy", 1), with_target("b", "initial", 2), with_target("c", "draining", 3)]
    assert servers(tasks) == {"group": [ProxyServer("task-a", 1)]}


def test_all_where_all_are_unhealthy() -> None:
    tasks = [with_target("a", "unhealthy", 1), with_target("b", "unhealthy", 2)]
    assert servers(tasks) == {"group": [ProxyServer("task-a", 1), ProxyServer("task-b", 2)]}
