"""What a command line gives: the last wins, text or expression by Terraform's own rule, and no identity of another."""

from __future__ import annotations

from typing import Any

import pytest

from wrapper.model.errors import ConfigError, OrchestrateError, UsageError
from wrapper.model.nouns import Variable
from wrapper.terraform import caller_values, hcl, variables
from wrapper.terraform.caller_values import FileToken
from wrapper.terraform.commands import VERBS, Token, tokenize, words
from wrapper.terraform.variables import Source

BLOCKS = """
variable "free" { type = any }
variable "untyped" {}
variable "text" { type = string }
variable "map" { type = map(string) }
variable "service1-build" { type = any }
variable "zones" { type = list }
"""
DECLARED = variables.declarations([("v.tf", b) for b in hcl.parse_blocks(BLOCKS, "v.tf")])


def file(values: dict[str, Any], name: str = "f.tfvars", *, secret: bool = False) -> FileToken:
    located = {n: (v, 1) for n, v in values.items()}
    return FileToken("var-file", name, ("-var-file", name), Source(name, located, secret=secret))


def read(*tokens: Token, declared: dict[str, Variable] = DECLARED) -> dict[str, Any]:
    return {n: v.value for n, v in caller_values.read(tokens, declared).items()}


def typed(*pairs: str) -> list[Token]:
    return [t for pair in pairs for t in tokenize(["-var", pair])]


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("free=[1,2]", [1, 2]),
        ("free=5", 5),
        ('free="5"', "5"),
        ("free=null", None),
        ("free=\n 5 # five", 5),
        ("free=<<E\nx\nE\n", "x\n"),
        ("untyped=[1,2]", "[1,2]"),
        ("untyped=null", "null"),
        ("text=null", "null"),
        ("zones=[1]", [1]),
        ('map={a="${1+1}"}', {"a": "${1+1}"}),
        ("service1-build=007", "007"),
        ("service1-build=90-fix1", "90-fix1"),
    ],
)
def test_the_type_decides_between_text_and_expression(pair: str, value: Any) -> None:
    """tests/terraform/test_var_rule.py holds the same against Terraform; a build is text whatever its type."""
    found = read(*typed(pair))[pair.partition("=")[0]]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ["abc", "5 6", "", "1,", "1,2", "1]\nx = [2", "upper(1)", "1+1"])
def test_an_expression_that_is_not_one_literal(text: str) -> None:
    with pytest.raises(ConfigError, match="-var free is not a literal HCL value"):
        read(*typed(f"free={text}"))


def test_the_last_wins() -> None:
    assert read(*typed("text=1"), file({"text": "2"})) == {"text": "2"}
    assert read(file({"text": "2"}), *typed("text=1")) == {"text": "1"}
    assert read(file({"text": "2", "free": 1}), file({"text": "3"})) == {"text": "3", "free": 1}
    assert caller_values.named([*typed("text=1"), file({"text": 2})]) == {"text": (2, "f.tfvars:1")}


@pytest.mark.parametrize(
    ("pair", "template"),
    [('map={a="${x}"}', True), ('map={a="$${x} 5%"}', True), ('map={a="$x 5%"}', False), ("text=${x}", False)],
)
def test_text_that_terraform_would_evaluate_is_known(pair: str, template: bool) -> None:
    assert [v.template for v in caller_values.read(typed(pair), DECLARED).values()] == [template]


@pytest.mark.parametrize("number", ["", " ", "\t"])
def test_a_blank_is_no_build(number: str) -> None:
    with pytest.raises(UsageError, match="-var service1-build= names no build"):
        read(*typed(f"service1-build={number}"))
    with pytest.raises(ConfigError, match="service1-build names no build") as error:
        read(file({"service1-build": number}))
    assert error.value.where == "f.tfvars:1"


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(UsageError, match="-var text: the value is not UTF-8 text"):
        read(*typed("text=\udcff"))


@pytest.mark.parametrize(
    ("verb", "given", "kept"),
    [
        ("plan", [*typed("text=1", "size=2"), file({"text": 1, "size": 2})], ["text", "text"]),
        ("plan", [*typed("size=2"), file({"size": 2}), file({})], []),
        ("output", [*typed("text=1"), file({"text": 1})], []),
    ],
)
def test_a_value_goes_to_the_root_that_declares_it(verb: str, given: list[Token], kept: list[str]) -> None:
    found = caller_values.distribute(VERBS[verb], [*given, *tokenize(["-json"])], DECLARED, {"size"}, "app")
    assert [next(iter(caller_values.named([t])), "") for t in found[:-1]] == kept and found[-1].flag == "json"


@pytest.mark.parametrize("given", [typed("txt=1"), [file({"size": 1, "txt": 2})]])
def test_one_that_no_root_declares(given: list[Token]) -> None:
    with pytest.raises(ConfigError, match="app declares no variable 'txt'") as error:
        caller_values.distribute(VERBS["plan"], given, DECLARED, {"size"}, "app")
    assert error.value.hint == "did you mean text?"


FACTS = {"region": "r-1", "tenant": "acme"}


def test_what_the_tool_gives_itself_may_be_typed() -> None:
    given = [*typed("region=r-1", "text=1", "tenant=acme"), file({"region": "r-1", "tenant": "acme", "free": 1})]
    kept, said = caller_values.without_facts(given, FACTS, "app")
    assert caller_values.named(kept).keys() == {"text", "tenant", "free"}
    assert [t.words[1] for t in kept] == ["text=1", "tenant=acme", "f.tfvars"]
    assert said[0] == "-var region: region is r-1 anyway; you may leave it out" and len(said) == 3


@pytest.mark.parametrize(
    ("given", "facts", "message"),
    [
        (typed("region=x"), FACTS, "region is r-1 in app: it cannot be given another value"),
        (typed("region="), FACTS, "region is r-1 in app: it cannot be given another value"),
        ([file({"tenant": "other"})], FACTS, "tenant is acme in app: it cannot be given another value"),
        ([file({"tenant": None})], FACTS, "tenant is acme in app: it cannot be given another value"),
        ([file({"tenant": "acme"})], {"tenant": ""}, "no tenant is chosen by a file: it cannot be given another value"),
    ],
)
def test_another_identity_is_refused(given: list[Token], facts: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        caller_values.without_facts(given, facts, "app")
    assert error.value.message == message and error.value.hint and error.value.where


def test_a_secret_of_the_environment_stands_in_no_word() -> None:
    tokens = caller_values.from_environment(["text=DSN", "free=LIST"], {"DSN": "CANARY", "LIST": '["CANARY"]'})
    assert words(tokens) == ["--var-env", "text=DSN", "--var-env", "free=LIST"]
    found = caller_values.read([*typed("text=1"), *tokens], DECLARED)
    assert {n: (v.value, v.secret, v.origin) for n, v in found.items()} == {
        "text": ("CANARY", True, "--var-env text"),
        "free": (["CANARY"], True, "--var-env free"),
    }
    assert "CANARY" not in str([how for _, how in caller_values.named(tokens).values()])


@pytest.mark.parametrize(
    ("pair", "environ", "message"),
    [
        ("text=DSN", {}, "--var-env text: the environment has no variable 'DSN'"),
        ("text", {}, "--var-env 'text' is not NAME=VALUE"),
        ("free=DSN", {"DSN": "CANARY"}, "--var-env free is not a literal HCL value"),
        ("service1-build=DSN", {"DSN": " "}, "--var-env service1-build= names no build"),
    ],
)
def test_a_wrong_one(pair: str, environ: dict[str, str], message: str) -> None:
    with pytest.raises(OrchestrateError) as error:
        read(*caller_values.from_environment([pair], environ))
    assert error.value.message == message and "CANARY" not in str(error.value)


def test_what_came_through_a_pipe_is_secret() -> None:
    assert caller_values.read([file({"text": "x"}, secret=True)], DECLARED)["text"].secret
    kept, _ = caller_values.without_facts([file({"text": "x", "region": "r-1"}, secret=True)], FACTS, "app")
    assert caller_values.read(kept, DECLARED)["text"].secret
