"""Maps laid over maps, where each key comes from, and where the two rules differ."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model.nouns import ResolvedValue, Variable
from wrapper.terraform import hcl, merging, variables
from wrapper.terraform.merging import DEEP, REPLACE, overlay
from wrapper.terraform.type_constraints import parse_type
from wrapper.terraform.variables import Source

BELOW = {"mode": "shared", "high": {"cpu": 60, "steps": {"85": 4}}, "zones": ["a", "b"]}


def variable(name: str, kind: str = "any", **changes: Any) -> Variable:
    fields = {"required": False, "sensitive": False, "nullable": True, "where": "variables.tf:1"}
    return Variable(name, parse_type(kind), **{**fields, **changes})


def read(*texts: str, rule: str = DEEP, kind: str = "any", **changes: Any) -> ResolvedValue:
    """What files say of ``m``, one over the other: the first is a.tfvars, then b.tfvars ..."""
    sources = []
    for name, text in zip("abcdef", texts, strict=False):
        found = hcl.parse_values(text, f"{name}.tfvars")
        sources.append(Source(f"{name}.tfvars", found.values, lines=found.lines))
    parts = variables.gather({"m": variable("m", kind, **changes)}, (), sources, "l", partial=rule == DEEP)
    return variables.settle(parts, {}, rule)["m"]


# -- the rule ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "merged"),
    [
        ({"sticky": 1}, {**BELOW, "sticky": 1}),
        ({"mode": "own"}, {**BELOW, "mode": "own"}),
        ({"high": {"cpu": 80}}, {**BELOW, "high": {"cpu": 80, "steps": {"85": 4}}}),
        ({"high": {"steps": {"95": 8}}}, {**BELOW, "high": {"cpu": 60, "steps": {"85": 4, "95": 8}}}),
        ({"zones": ["c"]}, {**BELOW, "zones": ["c"]}),
        ({"high": None}, {"mode": "shared", "zones": ["a", "b"]}),
        ({"high": {"steps": None}}, {**BELOW, "high": {"cpu": 60}}),
        ({"high": "x"}, {**BELOW, "high": "x"}),
        ({"mode": {"x": 1}}, {**BELOW, "mode": {"x": 1}}),
        ({"low": {"cpu": None, "step": 1}}, {**BELOW, "low": {"step": 1}}),
        ({"low": None}, BELOW),
        ({"zones": [{"a": None}]}, {**BELOW, "zones": [{"a": None}]}),
        ({}, BELOW),
        (None, None),
        ("text", "text"),
        ([1], [1]),
    ],
    ids=repr,
)
def test_maps_are_merged_at_every_depth_and_nothing_else_is(above: Any, merged: Any) -> None:
    before = repr(BELOW)
    assert overlay(BELOW, above) == merged
    assert repr(BELOW) == before, "what lies below serves other tenants too"


LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.lists(st.integers(0, 1), max_size=1)
TREES = st.recursive(LEAVES, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8)
MAPS = st.dictionaries(st.sampled_from("abc"), TREES, max_size=3)


def has_null(value: Any) -> bool:
    return isinstance(value, dict) and any(v is None or has_null(v) for v in value.values())


@given(MAPS, MAPS, MAPS)
def test_no_null_is_passed_on_and_a_file_twice_is_a_file_once(a: Any, b: Any, c: Any) -> None:
    two = overlay(overlay({}, a), b)
    assert not has_null(two)
    assert overlay(two, b) == two
    assert overlay(two, {}) == two
    three = overlay(two, c)
    assert set(three) <= {*two, *c} and all(three[k] == v for k, v in c.items() if not isinstance(v, dict | None))


def test_a_key_that_was_taken_away_comes_back_without_what_it_had() -> None:
    found = read("m = { a = { x = 1 } }", "m = { a = null }", "m = { a = { y = 2 } }")
    assert found.value == {"a": {"y": 2}}


def test_a_key_in_another_form_of_unicode_is_the_same_key() -> None:
    assert overlay({"caf\u00e9": 1}, {"cafe\u0301": 2}) == {"caf\u00e9": 2}
    assert overlay({"caf\u00e9": 1}, {"cafe\u0301": None}) == {}


def test_what_is_whole_is_merged_with_nothing_below_it() -> None:
    """An output of the stack layer: Terraform made it, nulls too."""
    found = hcl.parse_values("m = { cidr = 1, b = 2 }", "f")
    sources = [Source("f", found.values), Source("output", {"m": ({"id": "v", "nat": None}, 0)}, whole=True)]
    parts = variables.gather({"m": variable("m")}, (), sources, "l")
    whole = variables.settle(parts, {}, DEEP)
    assert whole["m"].value == {"id": "v", "nat": None}
    mine = variables.gather({"m": variable("m")}, (), [Source("t", {"m": ({"x": 1, "id": None}, 1)})], "l")
    assert variables.settle(mine, whole, DEEP)["m"].value == {"nat": None, "x": 1}


# -- where keys come from ---------------------------------------------------------------------------


def origins(value: ResolvedValue) -> dict[str, str]:
    return {merging.shown("m", path): origin for path, _, origin in merging.keys(value)}


FILES = (
    'm = {\n  mode = "shared"\n  high = {\n    cpu  = 60\n    step = 2\n  }\n  "a.b" = []\n  gone = 1\n}\n',
    "\nm = { high = {\n  cpu = 80\n}, gone = null, empty = {} }\n",
)


def test_each_key_has_the_line_of_the_file_that_wrote_it() -> None:
    assert origins(read(*FILES)) == {
        "m.mode": "a.tfvars:2",
        "m.high.cpu": "b.tfvars:3",
        "m.high.step": "a.tfvars:5",
        'm["a.b"]': "a.tfvars:7",
        "m.empty": "b.tfvars:4",
    }
    assert read(*FILES).origin == "b.tfvars:2"


def test_by_the_older_rule_all_keys_are_those_of_the_last_file() -> None:
    assert origins(read(*FILES, rule=REPLACE)) == {
        "m.high.cpu": "b.tfvars:3",
        "m.gone": "b.tfvars:4",
        "m.empty": "b.tfvars:4",
    }


def test_a_file_without_lines_is_named_alone() -> None:
    parts = variables.gather({"m": variable("m")}, (), [Source("f.json", {"m": ({"a": {"b": 1}}, 0)})], "l")
    assert origins(variables.settle(parts, {}, DEEP)["m"]) == {"m.a.b": "f.json"}


@pytest.mark.parametrize("value", [ResolvedValue({"a": 1}, "-var m"), ResolvedValue("x", "f:1")])
def test_what_no_file_says_has_no_keys(value: ResolvedValue) -> None:
    assert origins(value) == {}


# -- where the rules differ -------------------------------------------------------------------------


def differ(*texts: str, kind: str = "any", **changes: Any) -> list[tuple[str, str, str, str]]:
    both = {rule: {"m": read(*texts, rule=rule, kind=kind, **changes)} for rule in (DEEP, REPLACE)}
    found = merging.differences(both[DEEP], both[REPLACE], {"m": variable("m", kind, **changes)})
    assert all(d.where == both[REPLACE]["m"].origin for d in found)
    return [(d.key, d.text(DEEP), d.text(REPLACE), d.origin) for d in found]


OPTIONAL = "object({ a = optional(number), b = optional(number), in = optional(object({ c = optional(number) })) })"


@pytest.mark.parametrize(
    ("texts", "kind", "found"),
    [
        (("m = { a = 1 }",), "any", []),
        (("m = { a = 1 }", "m = { a = 2 }"), "any", []),
        (("m = { a = 1 }", "m = { a = 1, b = 2 }"), "any", []),
        (("m = { a = 1 }", "m = { b = 2 }"), "any", [("m.a", "1", "not set", "a.tfvars:1")]),
        (("m = { a = { x = 1, y = 2 } }", "m = { a = { x = 3 } }"), "any", [("m.a.y", "2", "not set", "a.tfvars:1")]),
        (("m = { a = null }",), "map(number)", [("m.a", "not set", "null", "a.tfvars:1")]),
        (("m = { a = null }",), OPTIONAL, []),
        (("m = { in = { c = null } }",), OPTIONAL, []),
        (("m = { a = 1 }", "m = { a = null }"), OPTIONAL, []),
        (("m = { a = 1 }", "m = { a = null }"), "object({ a = number })", [("m.a", "not set", "null", "b.tfvars:1")]),
        (("m = [1]", "m = [2]"), "any", []),
        (("m = { a = 1 }", "m = {}"), "any", [("m.a", "1", "not set", "a.tfvars:1")]),
        (("m = { a = true }", "m = { a = 1 }"), "any", []),
    ],
    ids=str,
)
def test_the_keys_that_differ(texts: tuple[str, ...], kind: str, found: list[Any]) -> None:
    assert differ(*texts, kind=kind) == found


def test_a_secret_is_not_shown() -> None:
    assert differ('m = { a = "hush" }', "m = {}", sensitive=True) == [("m.a", '"***"', "not set", "a.tfvars:1")]


@given(MAPS, MAPS)
def test_the_rules_differ_exactly_where_their_values_do(a: Any, b: Any) -> None:
    declared = {"m": variable("m")}
    sources = [Source("a", {"m": (a, 1)}), Source("b", {"m": (b, 1)})]
    parts = variables.gather(declared, (), sources, "l")
    deep, older = (variables.settle(parts, {}, rule) for rule in (DEEP, REPLACE))
    equal = merging._text(deep["m"].value) == merging._text(older["m"].value)
    assert bool(merging.differences(deep, older, declared)) is not equal
    assert all(origin for _, _, origin in merging.keys(deep["m"]))


@pytest.mark.parametrize(
    ("path", "text"),
    [((), "m"), (("a", "b-c"), "m.a.b-c"), (("a.b",), 'm["a.b"]'), (("1",), 'm["1"]'), (('"',), 'm["\\""]')],
)
def test_a_key_is_written_as_terraform_does(path: tuple[str, ...], text: str) -> None:
    assert merging.shown("m", path) == text
