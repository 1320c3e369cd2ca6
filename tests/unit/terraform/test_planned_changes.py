"""A plan as data: its changes, what goes beyond an earlier one, and what is not known of an output."""

from __future__ import annotations

from typing import Any

import pytest
from staged_cloud import change, output, plan

from wrapper.model.errors import OrchestrateError
from wrapper.terraform.planned_changes import PlannedChange, parse, unknown_parts


def test_what_a_change_says_of_itself() -> None:
    one = change(
        'module.a["x"].aws_ecs_task_definition.task["migrate"]', "create", "delete", previous_address="aws_a.b"
    )
    one["change"]["before"] = {"arn": "arn:1"}
    [found] = parse(plan(one, {**one, "mode": "data"}).encode()).resources
    address = 'module.a["x"].aws_ecs_task_definition.task["migrate"]'
    place = (address, "aws_ecs_task_definition", ("create", "delete"), "task", "migrate", 'module.a["x"]')
    assert found == PlannedChange(*place, "aws_a.b", "arn:1")
    assert found.words == f"{address} (create and delete)"


def test_what_goes_beyond_what_was_agreed_to() -> None:
    agreed = parse(plan(change("aws_lb.a", "create", "delete"), change("aws_lb.b", "no-op")).encode())
    same = change("aws_lb.a", "delete", "create")
    changed = change("aws_lb.b", "update")
    other = change("aws_lb.c", "no-op")
    assert [one.address for one in parse(plan(same, changed, other).encode()).beyond(agreed)] == ["aws_lb.b"]


def test_outputs_as_they_will_be() -> None:
    found = parse(plan(run_task=output()).encode()).outputs["run_task"]
    assert (found.value, found.unknown, found.before) == ({}, {"migrate": True}, None)


@pytest.mark.parametrize(
    ("unknown", "places"),
    [
        (False, []),
        (True, ["all of it"]),
        ({"a": True, "b": {"c": [False, True]}, "d": False}, ["a", "b.c[1]"]),
        ({}, []),
    ],
)
def test_what_is_not_known(unknown: Any, places: list[str]) -> None:
    assert unknown_parts(unknown) == places


@pytest.mark.parametrize("data", [b"", b"[]", b'{"resource_changes": [{"mode": "managed"}]}'])
def test_what_is_no_plan(data: bytes) -> None:
    with pytest.raises(OrchestrateError, match="cannot read Terraform's plan"):
        parse(data)
