"""Builds as pipelines hand them on: read as data and never run, refused with their line, assigned to variables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrapper.deploy import build_files, builds
from wrapper.deploy.builds import Build
from wrapper.model.errors import ConfigError, NotFoundError, OrchestrateError, UsageError
from wrapper.model.naming import capital
from wrapper.project.files import Files

NUMBER = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,20}", fullmatch=True)
NAME = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?-build", fullmatch=True)


def numbers(text: str, name: str = "service1.env.groovy") -> dict[str, str]:
    return {n: b.number for n, b in builds.parse(text, name).items()}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.env.groovy", "env.SERVICE1_BUILD='90'", {"SERVICE1_BUILD": "90"}),
        ("a.env.groovy", 'env.SERVICE1_BUILD = "90";\n', {"SERVICE1_BUILD": "90"}),
        (
            "a.env.groovy",
            "\ufeff// from main\r\n\r\n  env.A_BUILD='v1.2-rc_3' // the tag\r\n",
            {"A_BUILD": "v1.2-rc_3"},
        ),
        ("a.env.groovy", "env.A_BUILD='1'\nenv.B_BUILD='2'\nenv.A_BUILD='1'\n", {"A_BUILD": "1", "B_BUILD": "2"}),
        (
            "a.env",
            "# builds\nSERVICE1_BUILD=90\nexport B_BUILD='7'\nC_BUILD=\"8\"\n",
            dict(SERVICE1_BUILD="90", B_BUILD="7", C_BUILD="8"),
        ),
        (".env", "A_BUILD=1", {"A_BUILD": "1"}),
        ("a.json", '{"SERVICE1_BUILD": "90", "b-build": 7}', {"SERVICE1_BUILD": "90", "B_BUILD": "7"}),
    ],
)
def test_what_is_read(name: str, text: str, expected: dict[str, str]) -> None:
    assert numbers(text, name) == expected


@pytest.mark.parametrize(
    ("name", "text", "where", "message"),
    [
        ("a.env.groovy", "env.A_BUILD='1'\nsh 'rm -rf /'\n", "a.env.groovy:2", "this is not a build: sh 'rm -rf /'"),
        ("a.env.groovy", "env.A_BUILD='1'; sh('id')", "a.env.groovy:1", "this is not a build"),
        ("a.env.groovy", "env.A_BUILD='1' + System.exit(1)", "a.env.groovy:1", "this is not a build"),
        ("a.env.groovy", "env.A_BUILD='1'; env.B_BUILD='2'", "a.env.groovy:1", "this is not a build"),
        ("a.env.groovy", "/* */ env.A_BUILD='1'", "a.env.groovy:1", "this is not a build"),
        ("a.env.groovy", "A_BUILD='1'", "a.env.groovy:1", "this is not a build"),
        ("a.env.groovy", "/*\nenv.A_BUILD='1'\n", "a.env.groovy:2", "this is not a build: /* without an end"),
        ("a.env.groovy", "env.A_BUILD='1'\nenv.B=\"${env.A}\"", "a.env.groovy:2", "this is not a build"),
        ("a.env.groovy", "env.A_BUILD='1'\nenv.B='x' + y", "a.env.groovy:2", "this is not a build"),
        ("a.env.groovy", "env.A_BUILD='1'\ndef b = sh('id')", "a.env.groovy:2", "this is not a build"),
        ("a.env.groovy", "env.A_BILD='1'", "a.env.groovy:1", "A_BILD is not the name of a build"),
        ("a.env.groovy", "env.A_BUILDS='1'", "a.env.groovy:1", "A_BUILDS is not the name of a build"),
        ("a.env", "A_BUILD=1\nB=$(id)", "a.env:2", "this is not a build"),
        ("a.json", '{"a-buidl": "1"}', "a.json", "A_BUIDL is not the name of a build"),
        ("a.env.groovy", "env.A_BUILD=90", "a.env.groovy:1", "this is not a build"),
        (
            "a.env.groovy",
            'env.A_BUILD="${BUILD_NUMBER}"',
            "a.env.groovy:1",
            "A_BUILD: '${BUILD_NUMBER}' is not the number",
        ),
        ("a.env.groovy", "env.A_BUILD='90;id'", "a.env.groovy:1", "A_BUILD: '90;id' is not the number of a build"),
        ("a.env.groovy", "env.A_BUILD=''", "a.env.groovy:1", "A_BUILD names no build"),
        ("a.env.groovy", "env.PATH='x'", "a.env.groovy", "no build in this file"),
        ("a.env.groovy", "", "a.env.groovy", "no build in this file"),
        (
            "a.env.groovy",
            "env.A_BUILD='1'\nenv.A_BUILD='2'",
            "a.env.groovy:2",
            "A_BUILD is 2 here and 1 in a.env.groovy:1",
        ),
        ("a.env", "A_BUILD=$(id)", "a.env:1", "A_BUILD: '$(id)' is not the number of a build"),
        ("a.env", "A_BUILD=`id`", "a.env:1", "A_BUILD: '`id`' is not the number of a build"),
        ("a.env", "\nA_BUILD=", "a.env:2", "A_BUILD names no build"),
        ("a.env", "A_BUILD=90 B_BUILD=91", "a.env:1", "A_BUILD: '90 B_BUILD=91' is not the number of a build"),
        ("a.env", "env.A_BUILD='90'", "a.env:1", "this is not a build"),
        ("a.env", "A_BUILD=" + "9" * 129, "a.env:1", "is not the number of a build"),
        ("a.json", "{", "a.json", "this is not JSON"),
        ("a.json", "[" * 9999, "a.json", "this is not JSON"),
        ("a.json", '["A_BUILD"]', "a.json", "this is not a JSON object"),
        ("a.json", "null", "a.json", "this is not a JSON object"),
        ("a.json", "{}", "a.json", "no build in this file"),
        ("a.json", '{"A_BUILD": null}', "a.json", "A_BUILD is not the number of a build"),
        ("a.json", '{"A_BUILD": true}', "a.json", "A_BUILD is not the number of a build"),
        ("a.json", '{"x": {"A_BUILD": "1"}}', "a.json", "x is not the number of a build"),
        ("a.json", '{"A_BUILD": "1", "a-build": "2"}', "a.json", "A_BUILD is 2 here and 1 in a.json"),
        ("a.json", '{"x": {"A_BUILD": "1"}, "B_BUILD": "2"}', "a.json", "x is not the number of a build"),
        ("a.json", '{"x": ["1"], "B_BUILD": "2"}', "a.json", "x is not the number of a build"),
        ("a.json", '{"version": "1"}', "a.json", "no build in this file"),
    ],
)
def test_what_is_refused(name: str, text: str, where: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        builds.parse(text, name)
    assert (error.value.where, error.value.exit_code) == (where, 65)
    assert message in error.value.message
    assert error.value.hint


GROOVY = """\
#!/usr/bin/env groovy
/* Written by the pipeline
 * of service1. */
env.SERVICE1_BUILD = '90'   // the tag
env.GIT_BRANCH = "main"
env.BUILD_URL='https://jenkins.example.com/job/service1/90/';
def pushed = true
DOCKER_BUILDKIT = 1
"""


@pytest.mark.parametrize(
    ("name", "text", "passed_over"),
    [
        ("a.env.groovy", GROOVY, ["a.env.groovy:5: GIT_BRANCH", "a.env.groovy:6: BUILD_URL", "a.env.groovy:7: pushed"]),
        ("a.env", "SERVICE1_BUILD=90\nexport GIT_BRANCH='main'\nTEXT=a b\n", ["a.env:2: GIT_BRANCH", "a.env:3: TEXT"]),
        ("a.json", '{"SERVICE1_BUILD": 90, "branch": "main", "ok": true}', ["a.json: branch", "a.json: ok"]),
    ],
)
def test_another_assignment_is_passed_over_with_a_word(name: str, text: str, passed_over: list[str]) -> None:
    said: list[str] = []
    assert {n: b.number for n, b in builds.parse(text, name, said.append).items()} == {"SERVICE1_BUILD": "90"}
    assert said[: len(passed_over)] == [f"{one} is no build; passed over" for one in passed_over]


@given(st.text(max_size=60), st.sampled_from(builds.SUFFIXES))
def test_whatever_is_written_is_a_build_or_refused(text: str, suffix: str) -> None:
    try:
        found = builds.parse(text, f"x{suffix}")
    except ConfigError:
        return
    for build in found.values():
        assert builds.check_number(build.number, "X", "x") == build.number


@given(st.dictionaries(NAME, NUMBER, min_size=1, max_size=4))
def test_what_is_printed_is_read_again(found: dict[str, str]) -> None:
    capitals = {capital(n): v for n, v in found.items()}
    assert numbers(builds.as_groovy(found), "x.env.groovy") == capitals
    assert numbers(builds.as_env(found), "x.env") == capitals
    assert numbers(json.dumps(found), "x.json") == capitals


def test_what_groovy_would_run_is_not_printed() -> None:
    with pytest.raises(UsageError, match="which is no build's number"):
        builds.as_groovy({"a-build": "1';sh'id"})


# -- to variables -------------------------------------------------------------------------------

DECLARED = {"service1-build", "api_build", "zone"}


def test_a_build_goes_to_the_variable_that_is_declared() -> None:
    found = builds.parse("SERVICE1_BUILD=90\nAPI_BUILD=7\n", "a.env")
    assert builds.assign(found, DECLARED, "app") == {
        "service1-build": Build("90", "a.env:1"),
        "api_build": Build("7", "a.env:2"),
    }


@pytest.mark.parametrize(
    ("declared", "message", "hint"),
    [
        (DECLARED, "app declares no variable for SERVCE1_BUILD", "did you mean SERVICE1_BUILD?"),
        ({"zone"}, "app declares no variable for SERVCE1_BUILD", 'declare it: variable "servce1-build"'),
        ({"servce1-build", "servce1_build"}, "declares servce1-build and servce1_build", ""),
    ],
)
def test_a_build_that_has_no_variable(declared: set[str], message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as error:
        builds.assign({"SERVCE1_BUILD": Build("1", "a.env:1")}, declared, "app")
    assert message in error.value.message and error.value.where == "a.env:1" and hint in error.value.hint


def test_what_is_typed_wins_and_is_said() -> None:
    given = {"a-build": Build("1", "a.env:1"), "b-build": Build("2", "b.env:1"), "c-build": Build("3", "c.env:1")}
    typed = {"a-build": ("9", "-var a-build=9"), "c-build": (3, "f.tfvars:1"), "zone": ("z", "-var zone=z")}
    kept, words = builds.without_cli_vars(given, typed)
    assert kept == {"b-build": given["b-build"]}
    assert words == ["-var a-build=9 wins over a.env:1 (1)"]
    assert [t.words for t in builds.tokens({"b-build": "2"})] == [("-var", "b-build=2")]


# -- files ----------------------------------------------------------------------------------------


def read(folder: Path, *names: str) -> dict[str, str]:
    files = Files(folder, folder / "cache", lambda _: None)
    return {n: b.number for n, b in build_files.read(files, [folder / n for n in names]).items()}


def test_a_folder_is_all_files_of_builds_in_it(tmp_path: Path) -> None:
    for name, text in {
        "a.env.groovy": "env.A_BUILD='1'",
        "b.env": "B_BUILD=2",
        "c.json": '{"C_BUILD":3}',
        "notes.txt": "?",
    }.items():
        (tmp_path / name).write_text(text)
    assert read(tmp_path, ".") == {"A_BUILD": "1", "B_BUILD": "2", "C_BUILD": "3"}
    assert read(tmp_path, "a.env.groovy", "b.env") == {"A_BUILD": "1", "B_BUILD": "2"}


@pytest.mark.parametrize(
    ("names", "kind", "message"),
    [
        (("gone.env",), NotFoundError, "no such file or folder of builds"),
        (("empty",), NotFoundError, "no file of builds in this folder"),
        (("notes.txt",), UsageError, "its name says no form"),
        (("a.env", "b.json"), ConfigError, "A_BUILD is 2 here and 1 in a.env:1"),
        (("latin.env",), ConfigError, "not UTF-8"),
    ],
)
def test_files_that_are_refused(
    tmp_path: Path, names: tuple[str, ...], kind: type[OrchestrateError], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "latin.env").write_bytes(b"A_BUILD=\xff")
    (tmp_path / "a.env").write_text("A_BUILD=1")
    (tmp_path / "b.json").write_text('{"A_BUILD": "2"}')
    with pytest.raises(kind) as error:
        read(tmp_path, *names)
    assert message in error.value.message
