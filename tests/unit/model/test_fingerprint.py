"""Digests: the same for the same, different for anything else, and no value to be read in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model import fingerprint

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


def made(**changes: Any) -> fingerprint.Inputs:
    fields: dict[str, Any] = {"variables": {"size": "1", "key": "2"}, "sources": "s", "modules": "m", "versions": "v"}
    return fingerprint.inputs(**{**fields, "more_files": "f", **changes})


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"variables": {"size": "3"}}, [("variable key", "2", ""), ("variable size", "1", "3")]),
        ({"variables": {"key": "2", "size": "1", "new": "4"}}, [("variable new", "", "4")]),
        ({"sources": "t"}, [("sources", "s", "t")]),
        ({"modules": "t"}, [("modules", "m", "t")]),
        ({"more_files": "g"}, [("more files", "f", "g")]),
        ({"versions": "w", "sources": "t"}, [("sources", "s", "t"), ("versions", "v", "w")]),
    ],
)
def test_differences_by_name_with_both_digests(changes: dict[str, Any], found: list[tuple[str, str, str]]) -> None:
    assert fingerprint.differences(made(), made(**changes)) == [fingerprint.Difference(*one) for one in found]


def test_files_that_the_last_apply_did_not_count_say_nothing() -> None:
    earlier = {name: one for name, one in made().items() if name != "more_files"}
    assert fingerprint.differences(earlier, made(more_files="g")) == []
    assert [d.name for d in fingerprint.differences(earlier, made(more_files="g", sources="t"))] == ["sources"]


def test_a_variable_that_does_not_count() -> None:
    assert fingerprint.differences(made(), made(variables={"size": "1"}), ignoring=("key",)) == []


def test_no_record_differs_in_everything() -> None:
    names = [d.name for d in fingerprint.differences({}, made())]
    assert names == ["variable key", "variable size", "sources", "modules", "more files", "versions"]


def test_versions_that_were_counted_in_another_way_say_nothing() -> None:
    older = {k: v for k, v in made(versions="orchestrate:6dba814ae77e").items() if k != "counting"}
    later = {**made(versions="another"), "counting": fingerprint.COUNTING + 1}
    for other in (older, later):
        assert fingerprint.differences(other, made()) == []
        assert [d.name for d in fingerprint.differences(other, made(sources="t"))] == ["sources"]


def test_a_module_from_elsewhere_is_named_with_what_it_was_and_is() -> None:
    before, now = made(remote_modules="git::x a1\nreg 1.0+b"), made(remote_modules="git::x a2\nreg 1.0+b")
    assert fingerprint.differences(before, now) == [fingerprint.Difference("module git::x", "a1", "a2")]
    nested = made(remote_modules="git::x a1\nreg 1.0+b\ngit::inner c")
    assert [d.name for d in fingerprint.differences(before, nested)] == ["module git::inner"]
    assert fingerprint.differences(made(), now) == [], "what an earlier version did not record says nothing"
    assert "remote_modules" not in made() and fingerprint.is_readable(now)
