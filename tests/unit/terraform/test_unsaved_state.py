"""What an errored.tfstate is worth."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wrapper.terraform.unsaved_state import damage, follows, misfit, named

SAVED = {"version": 4, "serial": 5, "lineage": "l"}


def state(**changes: Any) -> bytes:
    return json.dumps({**SAVED, **changes}).encode()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "is empty"),
        (b"{", "is damaged (1 bytes)"),
        (b"[]", "is damaged (2 bytes)"),
        (b"{}", "is damaged (2 bytes)"),
        (state(serial="6"), "is damaged (45 bytes)"),
        (state(), ""),
    ],
)
def test_damage(data: bytes, fault: str) -> None:
    assert damage(data) == fault
    assert bool(named(data)) is (fault == "")


@pytest.mark.parametrize(
    ("changes", "saved", "word"),
    [
        ({"serial": 6}, SAVED, ""),
        ({"serial": 6}, {}, ""),
        ({}, SAVED, ""),
        ({"outputs": {}}, SAVED, "was overtaken by another run (serial 5;"),
        ({"serial": 4}, SAVED, "was overtaken by another run (serial 4;"),
        ({"lineage": "m", "serial": 9}, SAVED, "is another state's (lineage m;"),
    ],
)
def test_whether_it_can_follow_what_is_saved(changes: dict[str, Any], saved: dict[str, Any], word: str) -> None:
    found = misfit(state(**changes), saved)
    assert found.startswith(word) and bool(found) is bool(word)


@pytest.mark.parametrize(
    ("saved", "is_so"),
    [({"serial": 6, "lineage": "l"}, True), (SAVED, True), ({"serial": 4, "lineage": "l"}, False), ({}, False)],
)
def test_whether_it_was_pushed_meanwhile(saved: dict[str, Any], is_so: bool) -> None:
    assert follows(saved, {"serial": 5, "lineage": "l"}) is is_so
    assert not follows(saved, {"serial": 5, "lineage": "m"}) and not follows(saved, {})
