"""A report as JSON: what is written fits the published schema and is read back the same; anything else is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports_of_many import BEGAN, layer_result, many, merged, report

from wrapper.model.errors import ConfigError
from wrapper.model.findings import BuildChange, HookRun
from wrapper.model.nouns import Diagnostic, Drift
from wrapper.model.report import RESULTS, Changes, ErrorDetails
from wrapper.reports import json as document

DOCS = Path(__file__).parents[3] / "docs"
OLD = Path(__file__).parents[2] / "support/version-1/report.json"
SCHEMA = json.loads((DOCS / "schemas/report-2.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
FULL = report(
    layer_result(
        "acme",
        "failed",
        reason="r",
        changes=Changes(1, 2, 3),
        seconds=1.5,
        started=BEGAN,
        finished=BEGAN + 1.5,
        exit_code=1,
        url="https://acme.example.com",
        diagnostics=(Diagnostic("error", "s", "d", "a", "f:1"), Diagnostic("warning", "old")),
        log="l",
        attempts=2,
        error=ErrorDetails("m", "w", "h", "s"),
        drifted=(Drift("aws_x.y", ("tags", "name")),),
        builds=(BuildChange("a-build", "90", "91", "-var"), BuildChange("b-build", None, None)),
        hooks=(HookRun("tell", "after_apply", 0, 1.5), HookRun("migrate", "before_deploy", None)),
    ),
    layer_result("", "stopped", exit_code=143),
    shard="2/8",
    jobs=4,
    tool="0.1.0",
    command="./orchestrate apply",
    argv=("./orchestrate", "apply"),
    by="me",
    commit="abc-dirty",
)
OPTIONAL = (
    "argv",
    "commit",
    "results.0.builds",
    "results.0.builds.a-build",
    "results.0.builds.b-build",
    "results.0.hooks",
    *(f"results.0.hooks.0.{name}" for name in ("event", "exit_code", "seconds")),
)
DERIVED = ("exit_code", "totals", "results.0.layer")


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == f"urn:orchestrate:schema:report:{document.VERSION}"
    assert "://" not in SCHEMA["$id"], "no host: nobody serves it"
    assert SCHEMA["$defs"]["layer_result"]["properties"]["result"]["enum"] == list(RESULTS)


def test_the_documentation_shows_one_that_fits() -> None:
    text = (Path(__file__).parents[3] / "docs/reports.md").read_text()
    shown = text.partition("```json\n")[2].partition("```")[0]
    VALIDATOR.validate(json.loads(shown))
    again = document.data_of(document.parse(shown, "docs/reports.md"))
    assert again == json.loads(shown), "also what follows from the rest"
    assert all(f"`{name}`" in text for name in {*again, *again["results"][0]})


@pytest.mark.parametrize("made", [FULL, report(), many(200), merged(60)])
def test_what_is_written_fits_the_schema_and_is_read_back(made: Any) -> None:
    text = document.text_of(made)
    VALIDATOR.validate(json.loads(text))
    again = document.parse(text, "r.json")
    assert document.text_of(again) == text
    assert [a.tenant for a in again.results] == [a.tenant for a in made.results]


def test_read_back_field_by_field() -> None:
    assert document.parse(document.text_of(FULL), "r.json") == FULL
    assert document.data_of(FULL)["started"] == "2026-01-02T03:04:05.678Z"
    assert document.data_of(FULL)["results"][0]["layer"] == "ap-southeast-2/appcluster-test/acme"
    assert document.data_of(FULL)["totals"] == {
        **{"failed": 1, "stopped": 1, "succeeded": 0, "unchanged": 0, "excluded": 0},
        **{"added": 1, "changed": 2, "destroyed": 3, "seconds": 1.5},
    }


@given(st.text(), st.floats(0, 4e9), st.integers(0, 255))
def test_any_text_and_any_moment_survives(text: str, moment: float, code: int) -> None:
    made = report(
        layer_result(text, reason=text, exit_code=code, started=moment, diagnostics=(Diagnostic("error", text),))
    )
    written = document.text_of(made)
    VALIDATOR.validate(json.loads(written))
    again = document.parse(written, "r").results[0]
    assert (again.reason, again.exit_code, again.diagnostics) == (text, code, made.results[0].diagnostics)
    assert again.started == pytest.approx(moment, abs=0.001)


def test_half_a_character_ends_nothing() -> None:
    made = report(layer_result(reason="half \ud800"))
    document.text_of(made).encode("utf-8")
    assert document.parse(document.text_of(made), "r").results[0].reason == "half \ud800"


def test_what_is_not_known_is_left_out() -> None:
    data = document.data_of(report(layer_result()))
    assert not {"argv", "commit"} & {*data}
    assert not {"builds", "services", "hooks"} & {*data["results"][0]}


def test_what_a_later_release_of_this_version_may_write_fits_and_is_read() -> None:
    data = document.data_of(FULL)
    data["results"][0] |= {"services": {"web": {"running": 2}}, "hooks": [{"name": "migrate"}]}
    VALIDATOR.validate(data)
    read = document.parse(json.dumps(data), "r.json")
    assert read.results[0].hooks == (HookRun("migrate", "", None),)
    assert replace(read, results=(replace(read.results[0], hooks=FULL.results[0].hooks), *read.results[1:])) == FULL
    for wrong in ({"services": {"web": 2}}, {"services": []}, {"hooks": ["migrate"]}, {"hooks": {}}):
        assert not VALIDATOR.is_valid(data | {"results": [data["results"][0] | wrong]})


# -- version 1 --------------------------------------------------------------------------------------


def test_a_report_of_version_1_is_read_and_written_as_version_2() -> None:
    old = json.loads(OLD.read_text())
    jsonschema.Draft202012Validator(json.loads((DOCS / "schemas/report-1.json").read_text())).validate(old)
    read = document.parse(OLD.read_text(), "r.json")
    assert (old["schema"], old["tool"], read.to_repeat) == (1, "0.1.1", ("globex", "initech"))
    new = document.data_of(read)
    VALIDATOR.validate(new)
    assert (new.pop("results"), new.pop("shards")) == (old.pop("answers"), old.pop("parts"))
    assert new == old | {"schema": 2}


def test_what_version_1_did_not_know_is_not_read_from_it() -> None:
    old = json.loads(OLD.read_text())
    old["argv"], old["answers"][1]["builds"] = 1, "nine"
    assert document.parse(json.dumps(old), "r.json") == document.parse(OLD.read_text(), "r.json")


def test_a_report_of_0_1_0_has_no_last_words() -> None:
    old = json.loads(OLD.read_text())
    del old["answers"][2]["error"]["said"]
    error = document.parse(json.dumps(old), "r.json").results[2].error
    assert error == ErrorDetails("ap-southeast-2/appcluster-test/globex: terraform apply failed (exit code 1)")


def test_each_version_has_its_own_names() -> None:
    old = json.loads(OLD.read_text())
    for version, words in ((1, "version 1: answers is missing"), (2, "version 2: results is missing")):
        name = "results" if version == 1 else "answers"
        data = {k: v for k, v in old.items() if k != "answers"} | {"schema": version, name: old["answers"]}
        with pytest.raises(ConfigError, match=words):
            document.parse(json.dumps(data | {"shards": []}), "r.json")


def test_unknown_fields_are_tolerated() -> None:
    data = document.data_of(FULL)
    data["new"] = data["results"][0]["new"] = {"a": 1}
    VALIDATOR.validate(data)
    assert document.parse(json.dumps(data), "r") == FULL


def _places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every field in the document, the first of each list."""
    for name, value in data.items() if isinstance(data, dict) else enumerate(data[:1]):
        if isinstance(data, dict):
            yield (*path, name)
        if isinstance(value, dict | list):
            yield from _places(value, (*path, name))


PLACES = [".".join(map(str, p)) for p in _places(document.data_of(FULL))]


def _at(data: Any, place: str) -> tuple[Any, Any]:
    *path, last = (int(p) if p.isdigit() else p for p in place.split("."))
    for part in path:
        data = data[part]
    return data, last


@pytest.mark.parametrize("place", PLACES)
def test_what_the_schema_refuses_is_refused_with_its_place(place: str) -> None:
    """Each field, missing and with values of another kind: the schema and the reader agree."""
    for wrong in (None, True, -1, 1.5, "no", "2/x", [1], {}, [{}], 1e13):
        data = document.data_of(FULL)
        holder, last = _at(data, place)
        holder[last] = wrong
        refused = not VALIDATOR.is_valid(data)
        if place.startswith(DERIVED):
            assert document.parse(json.dumps(data), "r") == FULL
        elif refused:
            with pytest.raises(ConfigError) as caught:
                document.parse(json.dumps(data), "r.json")
            assert (caught.value.where, bool(caught.value.hint)) == ("r.json", True)
        else:
            document.parse(json.dumps(data), "r.json")
    data = document.data_of(FULL)
    holder, last = _at(data, place)
    del holder[last]
    assert VALIDATOR.is_valid(data) is (place in OPTIONAL)
    if place in OPTIONAL:
        document.parse(json.dumps(data), "r.json")
    elif not place.startswith(DERIVED):
        with pytest.raises(ConfigError, match=str(last)):
            document.parse(json.dumps(data), "r.json")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "this is not JSON"),
        ("{", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ("[]", "this is not a report: it has no field schema"),
        ("{}", "this is not a report: it has no field schema"),
        ('{"schema": 3}', "a report of version 3 was written by a newer orchestrate; this one reads up to 2"),
        ('{"schema": "1"}', 'a report of version "1" was written by a newer orchestrate; this one reads up to 2'),
        ('{"schema": 0}', "a report of schema version 0; this reads versions 1 and 2"),
        ('{"schema": true}', "a report of schema version True; this reads versions 1 and 2"),
        ('{"schema": 1}', "not a report of version 1: id is missing"),
        ('{"schema": 2}', "not a report of version 2: id is missing"),
        ('{"schema": NaN}', "this is not JSON: NaN is no number of JSON's"),
        (document.text_of(FULL).replace('"failed",', '"fallen",'), 'results[0].result must be one of failed, stopped, '),
        (document.text_of(FULL).replace("2026-01-02T", "2026-02-30T"), "started must be a moment as 2026-01-02T03:04:05.678Z"),
        (document.text_of(FULL).replace('"exit_code": 1,', '"exit_code": 256,'), "exit_code must be an exit code from 0 to 255"),
        (document.text_of(FULL).replace('"attempts": 2', '"attempts": 1e400'), "results[0].attempts must be a whole number"),
    ],
)  # fmt: skip
def test_something_else_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        document.parse(text, "r.json")
    assert words in caught.value.message
    assert (caught.value.where, caught.value.exit_code) == ("r.json", 65)


def test_another_stacks_report_is_refused() -> None:
    document.check_same(FULL, "ap-southeast-2", "appcluster-test", "r.json")
    for region, stack, label in (
        ("ap-southeast-2", "other", "ap-southeast-2/other"),
        ("", "appcluster-test", "appcluster-test"),
    ):
        with pytest.raises(ConfigError) as caught:
            document.check_same(FULL, region, stack, "r.json")
        assert caught.value.message == f"this report is of ap-southeast-2/appcluster-test, not of {label}"
