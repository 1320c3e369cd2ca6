"""A stack that is kept until a time: said, listed, ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from project_on_disk import APP, REGION, Disk
from said import Said

Run = Callable[..., Said]


def test_a_hold_is_made_listed_and_ended(run_cli: Run) -> None:
    said = run_cli("keep", "app-test", "--until", "2099-12-01", "--time-zone", "UTC", "--reason", "a demo")
    assert said.err == f"{REGION}/app-test: kept until 2099-12-01 UTC (a demo), that is 2099-12-02T00:00:00Z\n"
    (one,) = json.loads(run_cli("keep", "--list", "--json").out)
    assert (one["stack"], one["typed"], one["reason"]) == ("app-test", "2099-12-01", "a demo")
    assert "no longer kept" in run_cli("keep", "app-test", "--off").err
    assert json.loads(run_cli("keep", "--list", "--json").out) == []
    assert "was not kept" in run_cli("keep", "app-test", "--off").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("app-test",), "keep takes a stack with --until or --off, or --list alone"),
        (("--list", "app-test"), "keep takes a stack with --until or --off, or --list alone"),
        (("app-test", "--off", "--reason", "x"), "keep takes --reason with --until only"),
        (("app-live", REGION, "--until", "2099-12-01"), "app-live is not ephemeral"),
        (("app-test", "--until", "2001-12-01"), "2001-12-01"),
    ],
)
def test_what_is_refused(run_cli: Run, example: Disk, words: tuple[str, ...], said: str) -> None:
    found = run_cli("keep", *words)
    assert (found.code, said in found.err) == (64, True)
    assert not list(example.root.rglob("keep.json"))
    assert (example.root / APP).is_dir()


def ending(example: Disk, at: float) -> Path:
    file = example.root / f".orchestrate/states/{REGION}/app-test/tenants/pr-7/orchestrate-lifetime.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"version": 1, "expires": {"at": at, "by": "ci", "told": True}}))
    return file


def test_the_end_of_a_tenant_moves(run_cli: Run, example: Disk) -> None:
    """By the clock of a zone, on the day on which summer time begins there; and it is told again before it comes."""
    file = ending(example, 5.0)
    line = ("keep", "app-test", REGION, "-var", "tenant=pr-7")
    said = run_cli(*line, "--until", "2099-10-04", "--time-zone", "Australia/Sydney", "--reason", "review")
    assert (said.code, said.err) == (0, f"{REGION}/app-test/pr-7: ends at 2099-10-04T13:00:00Z\n")
    found = json.loads(file.read_text())["expires"]
    assert (found["reason"], found["told"]) == ("review", False)
    said = run_cli(*line, "--off")
    assert (said.code, "no longer ends by itself" in said.err, file.exists()) == (0, True, False)


def test_a_tenant_that_has_no_end_is_told_how_it_gets_one(run_cli: Run, example: Disk) -> None:
    said = run_cli("keep", "app-test", REGION, "--tenant", "acme", "--until", "2099-12-01")
    assert (said.code, "does not end by itself" in said.err) == (66, True)
    assert f"./orchestrate apply app-test {REGION} -var tenant=acme --ttl 3d" in said.err
    typed = run_cli("--dry-run", "apply", "app-test", REGION, "-var", "tenant=acme", "--ttl", "3d")
    assert typed.code == 0, typed


def test_a_tenant_whose_object_is_damaged(run_cli: Run, example: Disk) -> None:
    ending(example, 5.0).write_text("{")
    said = run_cli("keep", "app-test", REGION, "--tenant", "pr-7", "--until", "2099-12-01")
    assert (said.code, "the object is damaged" in said.err) == (65, True)
