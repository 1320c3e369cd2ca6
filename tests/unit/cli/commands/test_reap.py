"""``reap`` without --yes and ``keep`` on the command line: what is shown, what is recorded, and every wrong word."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cloud import Cloud
from project_on_disk import APP, REGION, Disk
from said import Said

from wrapper.model.stack import Layer
from wrapper.reaper import holds
from wrapper.state import layer_state
from wrapper.state import store as stores
from wrapper.state.record import DeploymentRecord

Run = Callable[..., Said]
STACK = f"{REGION}/app-test"
S3 = f'bucket = "abc"\nregion = "{REGION}"\n'


@pytest.fixture
def made(example: Disk) -> Cloud:
    """app-test with two tenants, applied five hours ago."""
    cloud = Cloud(example)
    store = stores.LocalStore(cloud.states)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 5 * 3600))
    for tenant in ("", "acme", "globex"):
        layer = Layer(cloud.deployer().stack, tenant)
        cloud.write(layer)
        layer_state.change_record(store, layer, lambda _: DeploymentRecord(at=at, by="me"))
    return cloud


# -- reap -------------------------------------------------------------------------------------------


def test_a_stack_named_in_passing(run_cli: Run, made: Cloud) -> None:
    said = run_cli("reap", "app-test", REGION)
    assert (said.code, "see --help" in said.err) == (64, False)
    assert f"to narrow it: ./orchestrate reap --stack app-test --region {REGION}\n" in said.err
    assert run_cli("reap", "--stack", "app-test", "--region", REGION).code == 0


def test_what_the_night_would_do_as_a_table(run_cli: Run, made: Cloud) -> None:
    before = made.keys
    said = run_cli("reap")
    assert said.code == 0
    assert said.out.splitlines()[0].split("  ")[0] == "STACK"
    (row,) = said.out.splitlines()[1:]
    cells = [cell.strip() for cell in row.split("  ") if cell.strip()]
    assert cells == [STACK, "acme, globex", "5 h ago", "-", "destroy"]
    assert said.err == f"nothing was changed. To destroy {STACK}: add --yes\n"
    assert [k for k in made.keys if "register" not in k] == before


def test_what_the_night_would_do_as_data(run_cli: Run, made: Cloud) -> None:
    (row,) = json.loads(run_cli("reap", "--json").out)
    assert (row["stack"], row["tenants"], row["shared_layer"], row["reap"], row["why"]) == (
        "app-test",
        ["acme", "globex"],
        True,
        True,
        "",
    )
    (row,) = json.loads(run_cli("reap", "--json", "--older-than", "6h").out)
    assert (row["reap"], row["why"]) == (False, "last applied 5 h ago, and --older-than says 6 h")


def test_what_stays_is_shown_with_why(run_cli: Run, made: Cloud) -> None:
    assert run_cli("keep", "app-test", "--until", "2099-12-01", "--time-zone", "UTC", "--reason", "a demo").code == 0
    said = run_cli("reap")
    assert "2099-12-01 UTC (a demo)  stays: kept" in said.out and "nothing to reap" in said.err
    made.disk.append(f"{APP}/stack.hcl", "protected = true\n")
    assert "stays: protected" in run_cli("reap").out


def test_nothing_ephemeral_is_no_error(run_cli: Run, example: Disk) -> None:
    said = run_cli("reap", "--yes", "--stack", "app-live")
    assert (said.code, said.out) == (0, "")
    assert "no ephemeral stack here" in said.err
    assert run_cli("reap").out.splitlines()[1].endswith("nothing there")


def test_a_night_in_which_all_stays_writes_its_report(run_cli: Run, made: Cloud, tmp_path: Path) -> None:
    run_cli("keep", "app-test", "--until", "2099-12-01")
    files = [tmp_path / name for name in ("r.json", "r.xml", "r.html")]
    said = run_cli("reap", "--yes", "--report", str(files[0]), "--junit", str(files[1]), "--html", str(files[2]))
    assert said.code == 0 and f"{STACK}: stays: kept until 2099-12-01" in said.err
    report = json.loads(files[0].read_text())
    (one,) = report["results"]
    assert (one["layer"], one["result"], one["exit_code"]) == (STACK, "excluded", 0)
    assert report["argv"][:5] == ["./orchestrate", "reap", "--yes", "--report", str(files[0])]
    assert "<skipped" in files[1].read_text() and "excluded" in files[2].read_text()


@pytest.mark.parametrize(
    ("typed", "code", "message", "hint"),
    [
        (("--older-than", "yesterday"), 64, "--older-than 'yesterday' is not a duration", "2d"),
        (("--lock-timeout", "soon"), 64, "--lock-timeout 'soon' is not a duration", "90s"),
        (("--stack", "app-tset"), 66, "no stack matches 'app-tset'", "did you mean app-test?"),
        (("--stack", ""), 64, "--stack is empty", "leave the option out"),
        (("--region", "ap-southeast-3"), 66, "no region 'ap-southeast-3'", f"did you mean {REGION}?"),
        (("--report", "r.json"), 64, "without --yes nothing is destroyed", "add --yes"),
        (("--yes", "--report", "config/common.tfvars/r.json"), 66, "cannot write this report", "a path you may write"),
        (("app-test",), 64, "takes no app-test", "./orchestrate reap --stack app-test"),
    ],
)
def test_wrong_words(run_cli: Run, made: Cloud, typed: tuple[str, ...], code: int, message: str, hint: str) -> None:
    said = run_cli("reap", *typed)
    assert (said.code, said.out) == (code, "")
    assert message in said.err and hint in said.err
    assert len([k for k in made.keys if k.endswith(".tfstate")]) == 3


@pytest.mark.parametrize("yes", [(), ("--yes",)])
def test_without_credentials_it_is_refused(run_cli: Run, example: Disk, yes: tuple[str, ...]) -> None:
    example.write(f"{APP}/backend.tfvars", S3)
    said = run_cli("reap", *yes)
    assert said.code == 77
    assert "no AWS credentials found" in said.err and "aws sso login" in said.err


# -- keep -------------------------------------------------------------------------------------------


def test_keep_records_until_when_why_who_and_when(run_cli: Run, made: Cloud) -> None:
    said = run_cli("keep", "app-test", "--until", "2099-12-01", "--time-zone", "Australia/Sydney", "--reason", "a demo")
    assert (said.code, said.out) == (0, "")
    assert "kept until 2099-12-01 Australia/Sydney (a demo), that is 2099-12-01T13:00:00Z" in said.err
    (row,) = json.loads(run_cli("keep", "--list", "--json").out)
    assert (row["stack"], row["typed"], row["zone"], row["reason"]) == (
        "app-test",
        "2099-12-01",
        "Australia/Sydney",
        "a demo",
    )
    assert row["by"] and row["at"].endswith("Z")
    assert STACK in run_cli("keep", "--list").out
    assert "no longer kept" in run_cli("keep", "app-test", REGION, "--off").err
    assert json.loads(run_cli("keep", "--list", "--json").out) == []
    assert "was not kept" in run_cli("keep", "app-test", "--off").err


def test_a_time_that_says_its_offset_asks_no_zone(run_cli: Run, made: Cloud) -> None:
    said = run_cli("keep", "app-test", "--until", "2099-12-01T18:00+11:00")
    assert "kept until 2099-12-01T18:00+11:00, that is 2099-12-01T07:00:00Z" in said.err


@pytest.mark.parametrize(
    "words",
    [
        ("keep", "app-test", "--until", "2099-12-01", "--dry-run"),
        ("keep", "app-test", "--until", "2099-12-01", "--json"),
        ("keep", "app-test", "--off", "--reason", "why"),
        ("keep", "--list", "--time-zone", "Australia/Sydney"),
        ("reap", "--yes", "--tenant", "acme"),
        ("--tenant", "acme", "reap", "--yes"),
        ("--all-tenants", "reap", "--yes"),
        ("--dry-run", "reap", "--yes"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(run_cli: Run, made: Cloud, words: tuple[str, ...]) -> None:
    before = made.keys
    said = run_cli(*words)
    assert (said.code, f"error: {'keep' if 'keep' in words else 'reap'} takes " in said.err) == (64, True)
    assert made.keys == before


def test_the_register_is_none_the_wiser(run_cli: Run, made: Cloud) -> None:
    before = run_cli("tenants", "app-test").out
    run_cli("keep", "app-test", "--until", "2099-12-01")
    assert run_cli("tenants", "app-test").out == before


@pytest.mark.parametrize(
    ("typed", "code", "message", "hint"),
    [
        (("app-test", "--until", "tomorrow"), 64, "is no date and no time", "2026-12-01"),
        (("app-test", "--until", "2020-01-01"), 64, "is past: it ended 2020-01-02 00:00", "2026-12-01"),
        (
            ("app-test", "--until", "2035-10-07T02:30", "--time-zone", "Australia/Sydney"),
            64,
            "the clock leaves it out",
            "",
        ),
        (("app-test", "--until", "2099-12-01", "--time-zone", "Sidney"), 64, "no time zone 'Sidney'", "Sydney"),
        (("app-live", REGION, "--until", "2099-12-01"), 64, "is not ephemeral", "what reap would destroy"),
        (("app-tset", "--until", "2099-12-01"), 66, "no stack 'app-tset'", "did you mean app-test?"),
        (("app-test",), 64, "keep takes a stack with --until or --off, or --list alone", "--until 2026-12-01 | --off"),
        (
            ("app-test", "--until", "2099-12-01", "--off"),
            64,
            "keep takes a stack with --until or --off, or --list alone",
            "--list",
        ),
        (("--until", "2099-12-01"), 64, "keep takes a stack with --until or --off, or --list alone", "keep STACK"),
        (("app-test", "--list"), 64, "keep takes a stack with --until or --off, or --list alone", "keep --list"),
    ],
)
def test_wrong_keeps(run_cli: Run, made: Cloud, typed: tuple[str, ...], code: int, message: str, hint: str) -> None:
    said = run_cli("keep", *typed)
    assert (said.code, said.out) == (code, "")
    assert message in said.err and hint in said.err
    assert holds.read(stores.LocalStore(made.states), made.deployer().stack) is None


def test_a_keep_that_cannot_be_read_is_said_and_can_be_ended(run_cli: Run, made: Cloud) -> None:
    (made.states / STACK / "keep.json").write_text("{")
    for words in (("reap",), ("keep", "--list")):
        said = run_cli(*words)
        assert said.code == 65 and "keep.json" in said.err and "--off" in said.err
    assert run_cli("keep", "app-test", "--off").code == 0
    assert run_cli("reap").code == 0
