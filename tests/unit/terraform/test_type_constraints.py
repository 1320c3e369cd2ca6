"""Terraform's type constraints as data, and values against them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.terraform.type_constraints import ANY, mismatch, parse_type, without_nulls

STRING, NUMBER, BOOL = ["string"], ["number"], ["bool"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("string", STRING),
        ("any", ANY),
        ('"string"', STRING),
        ('"list"', ["list", ANY]),
        ("map", ["map", ANY]),
        ("set(number)", ["set", NUMBER]),
        ("list(map(bool))", ["list", ["map", BOOL]]),
        ("tuple([string, number])", ["tuple", [STRING, NUMBER]]),
        ("tuple([])", ["tuple", []]),
        ("object({})", ["object", {}]),
        ("object({ a = string, b = optional(number) })", ["object", {"a": [STRING, False], "b": [NUMBER, True]}]),
        (
            'object({\n  a = optional(string, "x,)}") # words, ({[\n  "b" : list(bool) // more\n  /* c = string */\n})',
            ["object", {"a": [STRING, True], "b": [["list", BOOL], False]}],
        ),
        (
            "map(object({ a = optional(object({ b = optional(number, -1.5) }), { b = [1, (2)] }) }))",
            ["map", ["object", {"a": [["object", {"b": [NUMBER, True]}], True]}]],
        ),
        ("object({ a = string", ANY),
        ("strange(string)", ANY),
        ("list(string]", ANY),
        ("", ANY),
    ],
)
def test_a_type_is_read(text: str, kind: list[Any]) -> None:
    assert parse_type(text) == kind


POINT = parse_type("object({ x = number, label = optional(string) })")


@pytest.mark.parametrize(
    ("value", "kind", "wrong"),
    [
        ("x", STRING, ""),
        (1, STRING, ""),
        (True, STRING, ""),
        ([], STRING, "v must be a string, not a list"),
        ({}, STRING, "v must be a string, not an object"),
        (None, STRING, ""),
        (1.5, NUMBER, ""),
        ("-2.5e3", NUMBER, ""),
        ("+1", NUMBER, ""),
        (".5", NUMBER, ""),
        ("1.", NUMBER, ""),
        ("1_000", NUMBER, "v must be a number, not a string"),
        ("0x1f", NUMBER, "v must be a number, not a string"),
        (" 1", NUMBER, "v must be a number, not a string"),
        (".", NUMBER, "v must be a number, not a string"),
        ("", NUMBER, "v must be a number, not a string"),
        (True, NUMBER, "v must be a number, not a bool"),
        (False, BOOL, ""),
        ("true", BOOL, ""),
        ("0", BOOL, ""),
        ("True", BOOL, "v must be a bool, not a string"),
        (1, BOOL, "v must be a bool, not a number"),
        ([1, "2"], ["list", NUMBER], ""),
        ([1, "x"], ["list", NUMBER], "v[1] must be a number, not a string"),
        ("x", ["set", STRING], "v must be a set, not a string"),
        ({"a": 1}, ["map", NUMBER], ""),
        ({"a b": []}, ["map", NUMBER], 'v["a b"] must be a number, not a list'),
        ([], ["map", NUMBER], "v must be a map, not a list"),
        ("x", POINT, "v must be an object, not a string"),
        ({"x": 1}, POINT, ""),
        ({"x": 1, "label": None}, POINT, ""),
        ({}, POINT, "v.x is missing"),
        ({"x": "far"}, POINT, "v.x must be a number, not a string"),
        ({"x": 1, "lable": "a"}, POINT, "v.lable is not known; did you mean label?"),
        ({"x": 1, "zzzzzz": "a"}, POINT, "v.zzzzzz is not known"),
        (["a", 1], ["tuple", [STRING, NUMBER]], ""),
        (["a"], ["tuple", [STRING, NUMBER]], "v must have 2 elements, not 1"),
        ({"a": [{"x": []}]}, ["map", ["list", POINT]], 'v["a"][0].x must be a number, not a list'),
        (object(), STRING, "v must be a string, not object"),
        (object(), ANY, ""),
    ],
)
def test_a_value_against_a_type(value: Any, kind: list[Any], wrong: str) -> None:
    assert mismatch(value, kind, "v") == wrong


WORDS = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
SIMPLE = st.sampled_from([STRING, NUMBER, BOOL, ANY])
KINDS: st.SearchStrategy[list[Any]] = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["list", "set", "map"]), inner).map(list),
        st.lists(inner, max_size=3).map(lambda ks: ["tuple", ks]),
        st.dictionaries(WORDS, st.tuples(inner, st.booleans()).map(list), max_size=3).map(lambda d: ["object", d]),
    ),
    max_leaves=8,
)


def written(kind: list[Any]) -> str:
    """The type as somebody would type it."""
    if kind[0] == "object":
        inside = ", ".join(f"{n} = {f'optional({written(k)})' if o else written(k)}" for n, (k, o) in kind[1].items())
        return f"object({{ {inside} }})"
    if kind[0] == "tuple":
        return f"tuple([{', '.join(map(written, kind[1]))}])"
    return f"{kind[0]}({written(kind[1])})" if len(kind) > 1 else str(kind[0])


def fitting(kind: list[Any]) -> st.SearchStrategy[Any]:
    """Values of a type."""
    name, inner = kind[0], (kind[1] if len(kind) > 1 else None)
    if name in ("list", "set"):
        return st.lists(fitting(inner), max_size=3)
    if name == "map":
        return st.dictionaries(st.text(max_size=5), fitting(inner), max_size=3)
    if name == "tuple":
        return st.tuples(*map(fitting, inner)).map(list)
    if name == "object":
        needed = {n: fitting(k) for n, (k, optional) in inner.items() if not optional}
        return st.fixed_dictionaries(needed, optional={n: fitting(k) for n, (k, optional) in inner.items() if optional})
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    simple = {"string": st.text(), "number": numbers, "bool": st.booleans(), "any": st.none() | st.text() | numbers}
    return simple[name] | st.none()


@given(KINDS)
def test_a_type_is_read_back_as_it_was_written(kind: list[Any]) -> None:
    assert parse_type(written(kind)) == kind


@given(st.data(), KINDS)
def test_a_value_of_a_type_fits_it(data: st.DataObject, kind: list[Any]) -> None:
    assert mismatch(data.draw(fitting(kind)), kind, "v") == ""


@given(st.data(), st.dictionaries(WORDS, st.tuples(SIMPLE, st.just(False)).map(list), min_size=1, max_size=4), WORDS)
def test_an_unknown_key_is_named(data: st.DataObject, attributes: dict[str, Any], name: str) -> None:
    value = data.draw(fitting(["object", attributes]))
    stray = name + "_x"
    assert f"v.{stray} is not known" in mismatch({**value, stray: 1}, ["object", attributes], "v")


@given(st.data(), st.dictionaries(WORDS, st.tuples(SIMPLE, st.just(False)).map(list), min_size=1, max_size=4))
def test_a_missing_key_is_named(data: st.DataObject, attributes: dict[str, Any]) -> None:
    value = data.draw(fitting(["object", attributes]))
    gone = data.draw(st.sampled_from(sorted(attributes)))
    assert (
        mismatch({k: v for k, v in value.items() if k != gone}, ["object", attributes], "v") == f"v.{gone} is missing"
    )


OBJECT = parse_type("object({ a = string, b = optional(number), c = optional(object({ d = optional(bool) })) })")


def test_a_part_of_an_object_may_lack_what_another_has() -> None:
    assert mismatch({"b": 1}, OBJECT, "m") == "m.a is missing"
    assert mismatch({"b": 1}, OBJECT, "m", partial=True) == ""
    assert mismatch({"b": [], "x": 1}, OBJECT, "m", partial=True) == "m.x is not known"
    assert mismatch({"b": []}, OBJECT, "m", partial=True) == "m.b must be a number, not a list"


@pytest.mark.parametrize(
    ("value", "kind", "same"),
    [
        ({"a": None, "b": None, "c": {"d": None}}, OBJECT, {"a": None, "c": {}}),
        ({"k": {"b": None}}, ["map", OBJECT], {"k": {}}),
        ({"k": None}, ["map", STRING], {"k": None}),
        ({"k": None}, ANY, {"k": None}),
        ({"x": None}, OBJECT, {}),
        ([None], ["list", STRING], [None]),
        (None, OBJECT, None),
    ],
)
def test_an_optional_attribute_that_is_null_is_one_that_is_not_set(value: Any, kind: list[Any], same: Any) -> None:
    assert without_nulls(value, kind) == same
