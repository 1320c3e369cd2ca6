"""Containers that an earlier data plane left."""

from __future__ import annotations

from dataclasses import replace

from wrapper.containers.adoption import adopted
from wrapper.containers.engine import LABEL, FoundContainer

LABELS = {
    **{
        f"{LABEL}.server": "s1",
        f"{LABEL}.task": "arn:task/c/1",
        f"{LABEL}.service": "arn:s",
        f"{LABEL}.deployment": "d",
    },
    **{f"{LABEL}.definition": "web:1", f"{LABEL}.container": "web", f"{LABEL}.image": "web:1"},
}
WEB = FoundContainer("c1", LABELS, True, 0, {8080: 4711}, "172.17.0.2", "")


def ours(labels: object) -> bool:
    return labels.get(f"{LABEL}.server") == "s1"  # type: ignore[attr-defined, no-any-return]


def test_a_task_is_what_its_labels_say() -> None:
    [task] = adopted([WEB], ours, 9.0)
    assert (task.arn, task.service, task.deployment, task.definition) == ("arn:task/c/1", "arn:s", "d", "web:1")
    assert (task.status, task.was_healthy, task.containers[0].ports) == ("RUNNING", True, {8080: 4711})


def test_one_whose_essential_container_ended_is_no_task_any_more() -> None:
    side = replace(WEB, id="c2", running=False, labels={**LABELS, f"{LABEL}.essential": "false"})
    assert len(adopted([WEB, side], ours, 9.0)) == 1
    assert adopted([WEB, replace(side, labels=LABELS)], ours, 9.0) == []


def test_those_of_another_server_are_not_adopted() -> None:
    assert adopted([replace(WEB, labels={**LABELS, f"{LABEL}.server": "s2"})], ours, 9.0) == []
    assert adopted([replace(WEB, labels={f"{LABEL}.server": "s1"})], ours, 9.0) == []
