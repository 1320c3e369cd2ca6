"""Which targets get requests."""

from __future__ import annotations

from dataclasses import replace

from wrapper.containers.nouns import Target, TargetGroup, Task
from wrapper.containers.proxying import servers
from wrapper.containers.routes import ProxyServer

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
