"""Digests: the same for the same, different for anything else, and no value to be read in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper import fingerprint
from wrapper.model import Effective

PARTS = st.lists(
    st.none() | st.booleans() | st.integers() | st.text() | st.dictionaries(st.text(), st.integers()), max_size=4
)


def _shape(value: Any) -> Any:
    return [(type(v).__name__, v) for v in value]


@given(PARTS, PARTS)
def test_two_digests_are_equal_when_all_parts_are(one: list[Any], other: list[Any]) -> None:
    assert (fingerprint.digest(*one) == fingerprint.digest(*other)) is (_shape(one) == _shape(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [(("ab", "c"), ("a", "bc")), ((1,), ("1",)), ((True,), (1,)), ((None,), ("",)), (([1],), ([1, 1],)), ((), ("",))],
)
def test_parts_are_kept_apart(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    assert fingerprint.digest(*one) != fingerprint.digest(*other)


def test_the_order_of_keys_says_nothing() -> None:
    assert fingerprint.digest({"a": 1, "b": 2}) == fingerprint.digest({"b": 2, "a": 1})


def record(**changes: Any) -> fingerprint.Record:
    values = {"size": Effective(1, "f:1"), "key": Effective("hush", "f:2")}
    return fingerprint.inputs(**{"values": values, "sources": "s", "image": "i", **changes})


def test_a_record_tells_no_value_and_no_origin() -> None:
    made = record()
    assert set(made["variables"]) == {"size", "key"}
    assert "hush" not in str(made)
    assert made == record(values={"key": Effective("hush", "elsewhere"), "size": Effective(1, "g:9")})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        ({"values": {"size": Effective(2, "f")}}, ["variable key", "variable size"]),
        (
            {"values": {"size": Effective(1, "f"), "key": Effective("hush", "f"), "new": Effective(1, "f")}},
            ["variable new"],
        ),
        ({"sources": "t"}, ["sources or modules"]),
        ({"image": "j"}, ["Terraform or provider version"]),
        ({"image": "j", "sources": "t"}, ["sources or modules", "Terraform or provider version"]),
    ],
)
def test_differences_in_words(changes: dict[str, Any], words: list[str]) -> None:
    assert fingerprint.differences(record(), record(**changes)) == words


def test_a_damaged_record_differs_in_everything() -> None:
    assert fingerprint.differences({}, record()) == [
        "variable key",
        "variable size",
        "sources or modules",
        "Terraform or provider version",
    ]
