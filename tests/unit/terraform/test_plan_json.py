"""A plan as data: what a protected stack loses, and what drifted; names, never values."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wrapper.model.errors import OrchestrateError, RefusedError
from wrapper.model.nouns import Drift
from wrapper.terraform import plan_json


def change(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    return {
        "address": address,
        "mode": "managed",
        "type": address.split(".")[-2],
        "change": {"actions": list(actions), **more},
    }


def plan(*changes: dict[str, Any]) -> bytes:
    return json.dumps({"format_version": "1.2", "resource_changes": list(changes)}).encode()


LB = change("module.service.aws_lb.own", "delete", "create")


@pytest.mark.parametrize(
    ("changes", "allowed", "named"),
    [
        ((change("aws_lb.a", "create"), change("aws_lb.b", "update"), change("aws_lb.c", "no-op")), (), ""),
        ((change("aws_ecs_task_definition.a", "create", "delete"),), (), ""),
        ((change("aws_lb.a", "delete"),), (), "aws_lb.a"),
        ((change("terraform_data.first", "delete", "create"),), (), "terraform_data.first"),
        ((change("module.a.terraform_data.other", "delete"),), (), "module.a.terraform_data.other"),
        ((change("module.service.terraform_data.bounds[0]", "delete"),), (), ""),
        ((change('module.service.terraform_data.named["a.example.com"]', "delete"),), (), ""),
        ((LB,), (), "module.service.aws_lb.own"),
        ((LB,), ("module.service.aws_lb.own",), ""),
        ((LB,), ("module.service.*",), ""),
        ((LB, change("aws_lb.b", "delete")), ("module.*",), "aws_lb.b"),
        ((change('aws_lb.each["a"]', "delete"),), ('aws_lb.each["a"]',), ""),
        (tuple(change(f"aws_lb.a{n}", "delete") for n in range(7)), (), "aws_lb.a4 and 2 more"),
        ((change("aws_lb.a", "forget"),), (), ""),
    ],
)
def test_what_a_protected_stack_would_lose(changes: Any, allowed: tuple[str, ...], named: str) -> None:
    if not named:
        plan_json.check_deletions(plan(*changes), "r/live", allowed)
        return
    with pytest.raises(RefusedError) as error:
        plan_json.check_deletions(plan(*changes), "r/live", allowed)
    assert error.value.message.startswith("r/live is protected, and this plan deletes or replaces ")
    assert named in error.value.message
    assert "--allow-delete" in error.value.hint


@pytest.mark.parametrize("data", [b"", b"[]", b'{"resource_changes": 1}', b'{"resource_changes": [1]}', b"{"])
def test_a_plan_that_cannot_be_read_lets_nothing_pass(data: bytes) -> None:
    with pytest.raises(OrchestrateError, match="cannot read Terraform's plan"):
        plan_json.check_deletions(data, "l", ())


def test_what_drifted() -> None:
    found = plan_json.drifted(
        plan(
            change("aws_lb.same", "no-op", before={"a": 1}, after={"a": 1}),
            change("aws_lb.a", "update", before={"idle": 60, "b": 1, "k": "s"}, after={"idle": 61, "b": 1, "k": "s"}),
            change("aws_lb.b", "update", before={"x": 1}, after={}, after_unknown={"x": True}),
            change("aws_lb.gone", "create", before=None, after={"idle": 1}),
            change("aws_lb.extra", "delete", before={"idle": 1}, after=None),
            {**change("data.aws_vpc.v", "read"), "mode": "data"},
        )
    )
    assert found == (
        Drift("aws_lb.a", ("idle",)),
        Drift("aws_lb.b", ("x",)),
        Drift("aws_lb.gone", ("(gone)",)),
        Drift("aws_lb.extra", ("(not in the code)",)),
    )


def containers(**images: str) -> dict[str, Any]:
    return {"container_definitions": json.dumps([{"name": n, "image": image} for n, image in images.items()])}


def test_which_images_move_to_another_tag() -> None:
    before = containers(web="repo/web:90", worker="repo/worker:3", other="a:1", same="s:1", old="o:1")
    after = containers(web="repo/web:91", worker="repo/worker:3", other="b:2", same="s:1", new="n:1")
    task = change("module.s.aws_ecs_task_definition.this", "delete", "create", before=before, after=after)
    queue = change("aws_sqs_queue.q", "update", before=before, after=after)
    address = "module.s.aws_ecs_task_definition.this"
    assert list(plan_json.image_moves(plan(task, queue))) == [plan_json.ImageMove(address, "repo/web", "90", "91")]


@pytest.mark.parametrize(
    "after",
    [None, {}, {"container_definitions": None}, {"container_definitions": "{"}, {"container_definitions": "[1]"}],
)
def test_images_that_are_not_known_yet_move_nowhere(after: Any) -> None:
    task = change("aws_ecs_task_definition.this", "create", before=containers(web="w:1"), after=after)
    assert list(plan_json.image_moves(plan(task))) == []
