"""The fields of a report, each of one kind, refused with its place."""

from __future__ import annotations

from typing import Any

import pytest

from wrapper.model.errors import ConfigError
from wrapper.reports.json_fields import Fields


def fields(**data: Any) -> Fields:
    return Fields(data, "r.json", 2, "results[0].")


def test_fields_of_each_kind() -> None:
    one = fields(a="x", n=2, m="1970-01-01T00:01:00.5Z", s="2/8", o={"a": "y"}, l=[{"a": "z"}], none=None)
    assert (one.text("a"), one.count("n"), one.number("n"), one.shard("s")) == ("x", 2, 2.0, "2/8")
    assert (one.moment("m"), one.moment_or_none("none"), one.text_or_none("none")) == (60.5, None, None)
    assert one.one("o", lambda f: f.text("a")) == "y"
    assert one.each("l", lambda f: f.text("a")) == ("z",)


def test_an_object_of_objects_by_name() -> None:
    assert fields(b={"y": {"v": "2"}, "x": {"v": "1"}}).named("b", lambda n, f: (n, f.text("v"))) == (
        ("x", "1"),
        ("y", "2"),
    )


@pytest.mark.parametrize(
    ("ask", "value", "said"),
    [
        ("text", 1, "a must be text, not 1"),
        ("count", 1.5, "a must be a whole number from 0, not 1.5"),
        ("count", True, "a must be a whole number from 0, not true"),
        ("number", -1, "a must be a number from 0, not -1"),
        ("moment", "2026-01-02", "a must be a moment"),
        ("moment", "2026-99-02T00:00:00Z", "a must be a moment"),
        ("shard", "0/8", "a must be a shard"),
        ("texts", ["x", 1], "a must be a list of texts"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(ask: str, value: Any, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        getattr(fields(a=value), ask)("a")
    assert f"not a report of version 2: results[0].{said}" in error.value.message
    assert error.value.where == "r.json"


def test_a_field_below_is_named_with_its_whole_path() -> None:
    with pytest.raises(ConfigError, match=r"results\[0\]\.l\[1\]\.a is missing"):
        fields(l=[{"a": "z"}, {}]).each("l", lambda f: f.text("a"))


def test_an_optional_field_is_there_since_a_version() -> None:
    one = fields(a="x")
    assert (one.has("a", since=2), one.has("a", since=3), one.has("b", since=2)) == (True, False, False)
