"""Errors on request: which requests meet them, and how often."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wrapper.sandbox.faults import Faults


def faults(**fault: Any) -> Faults:
    found = Faults()
    found.route(json.dumps({"faults": [{"action": "ecs:Register*", "code": "X", **fault}]}).encode())
    return found


def met(found: Faults, count: int, name: str = "ecs:RegisterTaskDefinition") -> list[bool]:
    return [found.of(name) is not None for _ in range(count)]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({}, [True, False, False]),
        ({"times": 2}, [True, True, False]),
        ({"times": 0}, [True, True, True]),
        ({"after": 1}, [False, True, False]),
    ],
)
def test_how_often(fault: dict[str, int], expected: list[bool]) -> None:
    assert met(faults(**fault), 3) == expected


def test_others_pass_and_hits_are_counted() -> None:
    found = faults(times=0)
    assert met(found, 2, "ecs:ListClusters") == [False, False]
    met(found, 3)
    assert found.route(b"")["faults"][0]["hits"] == 3
    found.route(b'{"faults": []}')
    assert met(found, 1) == [False]


@pytest.mark.parametrize("fault", [{"code": ""}, {"status": 200}, {"times": "2"}, {"often": 1}])
def test_no_fault(fault: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        faults(**fault)
