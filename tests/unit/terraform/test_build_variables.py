from __future__ import annotations

from typing import Any

import pytest

from wrapper.model.errors import ConfigError
from wrapper.model.nouns import ResolvedValue, Variable
from wrapper.terraform import build_variables, variables
from wrapper.terraform.build_variables import folded, has_map, is_key, opened, place, spelled
from wrapper.terraform.hcl import parse_blocks, parse_values


def root(*texts: str) -> dict[str, Variable]:
    return variables.declarations([("variables.tf", b) for text in texts for b in parse_blocks(text, "variables.tf")])


MAP = 'variable "builds" {\n  type = map(string)\n  default = { agent = "7" }\n}\n'
WHOLE = root(MAP)
ALONE = root('variable "service1_build" { type = string }\n', 'variable "skip_build" { type = bool }\n')
BOTH = root(MAP, 'variable "service1-build" { type = string }\n')


def read(text: str, declared: dict[str, Variable]) -> Any:
    return {n: value for n, (value, _) in opened(parse_values(text, "a.tfvars").values, declared, "a.tfvars").items()}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("type = map(string)", True),
        ("type = map(number)", True),
        ("type = map(any)", True),
        ("type = map(object({ tag = string }))", False),
        ("type = list(string)", False),
        ("", False),
        ("type = map(string)\n  sensitive = true", False),
    ],
)
def test_which_variable_is_the_map(kind: str, expected: bool) -> None:
    assert has_map(root(f'variable "builds" {{\n  {kind}\n}}\n')) is expected


@pytest.mark.parametrize(
    ("name", "declared", "expected"),
    [
        ("api-build", WHOLE, "api-build"),
        ("my_api_build", WHOLE, "my-api-build"),
        ("service1-build", ALONE, "service1_build"),
        ("service1_build", BOTH, "service1-build"),
        ("api-build", ALONE, "api-build"),
        ("builder", WHOLE, "builder"),
    ],
)
def test_a_build_has_one_name_in_a_root(name: str, declared: dict[str, Variable], expected: str) -> None:
    assert spelled(name, declared) == expected


def test_each_build_is_among_the_variables_of_a_root_with_the_map() -> None:
    assert "api-build" in WHOLE
    assert "api-build" not in ALONE
    assert WHOLE["agent-build"] == Variable("agent-build", ["string"], False, False, True, "variables.tf:1")
    assert (WHOLE["agent-build"].default, WHOLE["api-build"].default) == ("7", None)
    assert [*WHOLE] == ["builds"], "but not in their list"
    assert "Api-build" not in WHOLE
    assert "-build" not in WHOLE
    assert WHOLE.get("size") is None
    assert "api-build" in ({**ALONE} | WHOLE)
    assert "api-build" in (WHOLE | ALONE)
    with pytest.raises(KeyError):
        WHOLE["size"]


def test_a_build_with_a_variable_of_its_own_is_no_key() -> None:
    assert is_key("api-build", BOTH)
    assert not is_key("service1-build", BOTH)
    assert (place("api-build", BOTH), place("service1-build", BOTH)) == ('builds["api"]', "service1-build")


def test_the_builds_of_a_root() -> None:
    assert build_variables.build_names(BOTH, ["api-build", "memory"]) == ["agent-build", "api-build", "service1-build"]
    assert build_variables.build_names(ALONE, ["api-build"]) == ["service1_build"]


def test_a_map_in_a_file_is_as_if_each_build_were_written_alone() -> None:
    assert read('builds = { api = "90", worker = null }\nmemory = 1\n', WHOLE) == {
        "api-build": "90",
        "worker-build": None,
        "memory": 1,
    }
    assert read("builds = { service1 = 90 }\n", ALONE) == {"service1_build": 90}
    assert read('service1-build = "90"\n', ALONE) == {"service1_build": "90"}
    assert read('api_build = "90"\n', WHOLE) == {"api-build": "90"}


def test_each_build_of_a_map_has_its_line() -> None:
    found = parse_values('builds = {\n  api = "2"\n  web = "1"\n}\n', "a.tfvars")
    lines = {n: line for n, (_, line) in opened(found.values, WHOLE, "a.tfvars", found.lines).items()}
    assert lines == {"api-build": 2, "web-build": 3}
    assert {line for _, line in opened(found.values, WHOLE, "a.tfvars").values()} == {1}


def test_a_variable_of_that_name_that_is_no_map_of_builds_is_like_any_other() -> None:
    assert read('builds = ["x"]\n', root('variable "builds" { type = list(string) }\n')) == {"builds": ["x"]}


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ('builds = { api = "1" }\napi-build = "2"\n', r"api-build is set twice \(first in line 1\)", 2),
        ('builds = { "Api" = "1" }\n', "'Api' is not the name of a build", 1),
        ('builds = { "api-build" = "1" }\n', "'api-build' is not the name of a build", 1),
        ("builds = null\n", "builds is null, which takes no build away", 1),
    ],
)
def test_what_says_no_build(text: str, words: str, line: int) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read(text, WHOLE)
    assert caught.value.where == f"a.tfvars:{line}"
    assert caught.value.hint


def test_terraform_is_given_the_map() -> None:
    values = {
        "api-build": ResolvedValue("90", "a:1"),
        "worker-build": ResolvedValue(None, "a:1"),
        "service1-build": ResolvedValue("5", "b:2"),
    }
    found = folded(values, BOTH)
    assert found == {
        "service1-build": ResolvedValue("5", "b:2"),
        "builds": ResolvedValue({"agent": "7", "api": "90"}, "a:1"),
    }
    assert folded({"memory": ResolvedValue(1, "a:1")}, BOTH) == {"memory": ResolvedValue(1, "a:1")}
    assert "agent" not in folded({"agent-build": ResolvedValue(None, "a:1")}, WHOLE)["builds"].value
