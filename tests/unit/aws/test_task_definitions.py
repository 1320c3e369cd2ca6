"""Which task definitions stay behind when a layer is destroyed."""

from __future__ import annotations

from typing import Any

import pytest

from wrapper.aws.task_definitions import kept_families


def _task(family: str, skip: bool, **changes: Any) -> dict[str, Any]:
    attributes = {"family": family, "skip_destroy": skip}
    return {"type": "aws_ecs_task_definition", "mode": "managed", "instances": [{"attributes": attributes}], **changes}


@pytest.mark.parametrize(
    ("data", "families"),
    [
        (None, []),
        ({"resources": []}, []),
        ({"resources": [_task("b", True), _task("a", True), _task("a", True), _task("c", False)]}, ["a", "b"]),
        ({"resources": [_task("a", True, mode="data"), _task("b", True, type="aws_x")]}, []),
    ],
)
def test_which_task_definitions_stay_behind(data: dict[str, Any] | None, families: list[str]) -> None:
    assert kept_families(data) == families
