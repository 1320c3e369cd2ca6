"""Which value wins, where it came from, whether it fits, and the file that holds them all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.model.errors import ConfigError, OrchestrateError, UsageError
from wrapper.model.nouns import ResolvedValue, Secret, Variable
from wrapper.terraform import hcl, variables
from wrapper.terraform.type_constraints import parse_type
from wrapper.terraform.variables import Argument, CallerValue, Source


def variable(name: str, kind: str = "any", **changes: Any) -> Variable:
    fields = {"required": False, "sensitive": False, "nullable": True, "where": "variables.tf:1"}
    return Variable(name, parse_type(kind), **{**fields, **changes})


DECLARED = {
    v.name: v
    for v in (
        variable("size", "number"),
        variable("name", "string", required=True),
        variable("zones", "list(string)", required=True),
        variable("firm", "string", nullable=False),
        variable("service1-build", "string"),
        variable("api_build", "string"),
        variable("key", "string"),
    )
}


def source(name: str, values: dict[str, Any], **marks: bool) -> Source:
    return Source(name, {k: (v, n) for n, (k, v) in enumerate(values.items(), 1)}, **marks)


# -- merging ------------------------------------------------------------------------------------


def test_later_wins_and_the_origin_is_the_winner() -> None:
    layers = [source("a", {"size": 1, "name": "x"}), source("b", {"size": 2}), source("-var", {})]
    merged = variables.merge(DECLARED, (), layers, "r/s")
    assert merged == {"size": ResolvedValue(2, "b:1"), "name": ResolvedValue("x", "a:2")}


def test_a_map_is_replaced_as_a_whole_as_terraform_does() -> None:
    declared = {"m": variable("m", "map(number)")}
    layers = [source("a", {"m": {"x": 1}}), source("b", {"m": {"y": 2}})]
    assert variables.merge(declared, (), layers, "l")["m"].value == {"y": 2}


def test_a_value_without_a_line_has_its_source_alone() -> None:
    merged = variables.merge(DECLARED, (), [Source("output of r/s", {"size": (1, 0)})], "l")
    assert merged["size"].origin == "output of r/s"


@given(st.lists(st.dictionaries(st.sampled_from(sorted(DECLARED)), st.none() | st.just("1"), max_size=4), max_size=5))
def test_the_last_source_that_names_a_variable_wins(layers: list[dict[str, Any]]) -> None:
    layers = [{k: v for k, v in one.items() if k not in ("firm", "zones")} for one in layers]
    merged = variables.merge(DECLARED, (), [source(str(n), one) for n, one in enumerate(layers)], "l")
    expected: dict[str, Any] = {}
    for one in layers:
        expected |= one
    assert {k: v.value for k, v in merged.items()} == expected
    for name, effective in merged.items():
        winner = max(n for n, one in enumerate(layers) if name in one)
        assert effective.origin.split(":")[0] == str(winner)


@pytest.mark.parametrize(
    ("given", "message", "where", "hint"),
    [
        (source("f", {"nmae": "x"}), "l declares no variable 'nmae'", "f:1", "did you mean name?"),
        (
            source("f", {"qqq": "x"}),
            "l declares no variable 'qqq'",
            "f:1",
            'declare it with variable "qqq" {} or remove it',
        ),
        (source("f", {"other": 1}, mine=True), "l declares no variable 'other'", "f:1", "declare it"),
        (source("f", {"size": "big"}), "size must be a number, not a string", "f:1", "declared in variables.tf:1"),
        (source("f", {"firm": None}), "firm must not be null", "f:1", "see variables.tf:1"),
        (source("f", {"key": "x"}, tenant=True), "a tenant may not set 'key'", "f:1", "it belongs to the stack"),
        (source("f", {"region": "x"}, tenant=True), "a tenant may not set 'region'", "f:1", "remove the line"),
    ],
)
def test_what_does_not_belong_is_refused_with_its_line(given: Source, message: str, where: str, hint: str) -> None:
    with pytest.raises(ConfigError) as error:
        variables.merge(DECLARED, ["other"], [given], "l")
    assert (error.value.message, error.value.where) == (message, where)
    assert hint in error.value.hint


def test_a_value_of_the_other_root_is_left_out() -> None:
    assert variables.merge(DECLARED, ["other"], [source("f", {"other": 1})], "l") == {}


@pytest.mark.parametrize("name", variables.RESERVED)
def test_no_tenant_sets_a_reserved_key(name: str) -> None:
    with pytest.raises(ConfigError, match="a tenant may not set"):
        variables.merge({}, (), [source("f", {name: "x"}, tenant=True)], "l")


@pytest.mark.parametrize(
    ("given", "missing"),
    [((), "name, zones"), (("name",), "zones"), (("name", "zones"), None), (("zones", "size"), "name")],
)
def test_all_that_is_missing_is_named_at_once(given: tuple[str, ...], missing: str | None) -> None:
    if missing is None:
        variables.check_required(DECLARED, given, "l")
        return
    with pytest.raises(ConfigError) as error:
        variables.check_required(DECLARED, given, "l")
    assert error.value.message == f"l needs a value for {missing}"
    assert f"-var {missing.split(',')[0]}=" in error.value.hint


# -- arguments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "argument"),
    [
        ("a=b", ("a", "b")),
        ("a=", ("a", "")),
        ("a=b=c", ("a", "b=c")),
        (" a =b ", ("a", "b ")),
        ("service1-build=90", ("service1-build", "90")),
    ],
)
def test_an_argument_is_split_at_its_first_sign(text: str, argument: tuple[str, str]) -> None:
    assert variables.parse_argument(text) == Argument(*argument)


@pytest.mark.parametrize("text", ["", "a", "=b", " =b"])
def test_no_argument(text: str) -> None:
    with pytest.raises(UsageError, match="is not NAME=VALUE"):
        variables.parse_argument(text)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("name", "a b", "a b"),
        ("name", "${x}", "${x}"),
        ("size", "12", "12"),
        ("zones", '["a", "b"]', ["a", "b"]),
        ("zones", "null", None),
        ("name", "", ""),
    ],
)
def test_an_argument_is_read_as_terraform_reads_it(name: str, text: str, value: Any) -> None:
    assert variables.check_argument(Argument(name, text), DECLARED) == CallerValue(value, f"-var {name}", text)


@pytest.mark.parametrize(
    ("name", "text", "kind", "message"),
    [
        ("size", "big", ConfigError, "size must be a number, not a string"),
        ("zones", "a", ConfigError, "-var zones is not a literal HCL value"),
        ("zones", "[", ConfigError, "-var zones is not a literal HCL value"),
        ("zones", "1\nb = 2", ConfigError, "-var zones is not a literal HCL value"),
        ("zones", '"x"', ConfigError, "zones must be a list, not a string"),
        ("service1-build", "", UsageError, "-var service1-build= names no build"),
        ("api_build", "", UsageError, "-var api_build= names no build"),
    ],
)
def test_an_argument_that_does_not_fit(name: str, text: str, kind: type[OrchestrateError], message: str) -> None:
    with pytest.raises(kind) as error:
        variables.check_argument(Argument(name, text), DECLARED)
    assert error.value.message == message


@pytest.mark.parametrize(
    ("name", "yes"),
    [("service1-build", True), ("api_build", True), ("build", False), ("build-id", False), ("rebuild", False)],
)
def test_what_a_build_is_called(name: str, yes: bool) -> None:
    assert variables.is_build(name) is yes


# -- the file -----------------------------------------------------------------------------------

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TRICKY = st.sampled_from(
    ["${x}", "%{if}", "$${", '"', "\\", "\n\r\t", "\0", "é😀\u2028", "\ud800", "\udcff", "EOT", "</script>"]
)
VALUES = st.recursive(
    PLAIN | st.text() | TRICKY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(min_size=1, max_size=12), VALUES, max_size=5))
def test_values_in_are_values_out_and_always_utf8(values: dict[str, Any]) -> None:
    data = variables.render_file({k: ResolvedValue(v, "x") for k, v in values.items()})
    data.decode("utf-8")
    assert json.loads(data) == values


def test_the_file_is_sorted_and_literal() -> None:
    values = {"b": ResolvedValue("${x}é", "x"), "a": ResolvedValue(1, "x")}
    assert variables.render_file(values).decode() == '{\n  "a": 1,\n  "b": "${x}é"\n}\n'


def test_sensitive_values_are_hidden() -> None:
    declared = {"k": variable("k", sensitive=True), "n": variable("n")}
    shown = variables.hide_sensitive(
        {"k": ResolvedValue("hush", "f:1"), "n": ResolvedValue(1, "f:2"), "o": ResolvedValue(2, "o")}, declared
    )
    assert shown == {"k": ResolvedValue("***", "f:1"), "n": ResolvedValue(1, "f:2"), "o": ResolvedValue(2, "o")}
    assert isinstance(shown["k"].value, Secret)


# -- declarations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", variable("x", "any", required=True)),
        ("type = string", variable("x", "string", required=True)),
        ('type = "list"\ndefault = []', variable("x", "list")),
        ("default = null", variable("x")),
        ("sensitive = true\ndefault = 1", variable("x", sensitive=True)),
        ("nullable = false\ntype = number\ndefault = 1", variable("x", "number", nullable=False)),
        (
            "type = map(object({ a = optional(string) }))\ndefault = {}",
            variable("x", "map(object({ a = optional(string) }))"),
        ),
    ],
)
def test_a_declaration(body: str, expected: Variable) -> None:
    blocks = hcl.parse_blocks(f'variable "x" {{\n{body}\n}}\noutput "y" {{}}\n', "variables.tf")
    assert variables.declarations([("variables.tf", b) for b in blocks]) == {"x": expected}
