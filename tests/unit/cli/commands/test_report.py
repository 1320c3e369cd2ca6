"""``report merge`` and ``report show``: files in, files and a table out, the exit code of the worst."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from project_on_disk import Disk
from reports_of_many import BEGAN, layer_result, report
from said import Said

from wrapper.model.report import ErrorDetails
from wrapper.reports import json as document

Run = Callable[..., Said]
OLD = Path(__file__).parents[3] / "support/version-1/report.json"


@pytest.fixture
def shards(example: Disk) -> tuple[str, str]:
    """Two shards' reports in the folder where the command runs; one tenant failed."""
    locked = layer_result("b", "failed", exit_code=75, error=ErrorDetails("b is locked", "", "wait"), log="logs/b.log")
    one = report(layer_result("a", url="https://a.example.com"), locked, id="one", shard="1/2")
    two = report(layer_result("c", "unchanged", reason="same inputs"), id="two", shard="2/2", started=BEGAN + 1)
    example.write("one.json", document.text_of(one))
    example.write("two.json", document.text_of(two))
    return "one.json", "two.json"


def test_shards_are_merged_into_files_and_a_table(run_cli: Run, example: Disk, shards: tuple[str, str]) -> None:
    said = run_cli("report", "merge", *shards, "--report", "out/all.json", "--junit", "all.xml", "--html", "all.html")
    assert said.code == 75
    assert [line.split()[:2] for line in said.out.splitlines()] == [
        *(["TENANT", "RESULT"], ["b", "failed"], ["a", "succeeded"], ["c", "unchanged"])
    ]
    assert said.err.splitlines() == [
        "ap-southeast-2/appcluster-test/b: failed, exit code 75: b is locked",
        "  to do: wait",
        "  log: logs/b.log",
        "apply ap-southeast-2/appcluster-test: 1 failed, 1 succeeded, 1 unchanged; +0 ~0 -0; 1 min; exit code 75",
    ]
    assert [a["tenant"] for a in json.loads((example.root / "out/all.json").read_text())["results"]] == ["a", "b", "c"]
    assert "<testsuites" in (example.root / "all.xml").read_text()
    assert "<!doctype html>" in (example.root / "all.html").read_text()


def test_merged_as_data(run_cli: Run, shards: tuple[str, str]) -> None:
    said = run_cli("report", "merge", *shards, "--json")
    data = json.loads(said.out)
    assert (said.code, data["exit_code"], data["missing"]) == (75, 75, [])
    assert [part["shard"] for part in data["shards"]] == ["1/2", "2/2"]


def test_a_report_of_version_1_is_merged_and_shown(run_cli: Run, example: Disk, shards: tuple[str, str]) -> None:
    said = run_cli("report", "merge", str(OLD), shards[1], "--json")
    data = json.loads(said.out)
    assert (data["schema"], data["missing"]) == (2, [])
    assert [a["tenant"] for a in data["results"]] == ["", "acme", "c", "globex", "hooli", "initech"]
    shown = run_cli("report", "show", str(OLD), "--html", "old.html")
    assert shown.code == 143
    assert [line.split()[0] for line in shown.out.splitlines()[1:]] == ["globex", "initech", "acme", "(the", "hooli"]
    assert "AccessDeniedException" in (example.root / "old.html").read_text()


def test_a_missing_shard_is_said_and_ends_badly(run_cli: Run, shards: tuple[str, str]) -> None:
    said = run_cli("report", "merge", shards[1])
    assert said.code == 75
    assert said.err.splitlines()[0] == "note: shard 1/2: no report of it; its tenants are not here"


def test_a_report_is_shown_and_made_into_a_page(run_cli: Run, example: Disk, shards: tuple[str, str]) -> None:
    said = run_cli("report", "show", shards[1], "--html", "two.html")
    assert (said.code, said.out.split()[-3:]) == (0, ["0.0", "same", "inputs"])
    assert (example.root / "two.html").is_file()
    assert json.loads(run_cli("report", "show", shards[0], "--json").out)["id"] == "one"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("merge",), 64, "no report to merge"),
        (("merge", "none.json"), 66, "cannot read this report"),
        (("show", "none.json"), 66, "cannot read this report"),
        (("show",), 64, "Missing argument"),
        (("merge", "one.json", "config/common.tfvars"), 65, "this is not JSON"),
        (("merge", "one.json", "--report", "config"), 66, "it is a folder"),
        (("merge", "one.json", "--report", "x", "--html", "x"), 64, "in one file"),
    ],
)
def test_bad_input(
    run_cli: Run, example: Disk, shards: tuple[str, str], words: tuple[str, ...], code: int, told: str
) -> None:
    said = run_cli("report", *words)
    assert (said.code, said.out) == (code, "")
    assert told in said.err


def test_nothing_is_written_when_one_is_refused(run_cli: Run, example: Disk, shards: tuple[str, str]) -> None:
    example.write("other.json", document.text_of(report(verb="destroy")))
    said = run_cli("report", "merge", *shards, "other.json", "--report", "all.json")
    assert (said.code, "this is destroy of" in said.err) == (65, True)
    assert not (example.root / "all.json").exists()


def test_a_comment_is_printed(run_cli: Run, shards: tuple[str, str]) -> None:
    said = run_cli("report", "comment", shards[0])
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("<!-- orchestrate: apply ap-southeast-2/appcluster-test 1/2 -->\n### ")
    assert "| <code>b</code> | failed |" in said.out


def test_a_comment_is_posted_in_a_job_alone(run_cli: Run, shards: tuple[str, str]) -> None:
    said = run_cli("report", "comment", shards[0], "--post")
    assert (said.code, said.out) == (64, "")
    assert "no job of GitHub Actions or GitLab CI runs this" in said.err


def test_a_comment_of_no_report(run_cli: Run) -> None:
    assert run_cli("report", "comment", "none.json").code == 66
