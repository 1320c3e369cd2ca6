"""A stack that is kept until a time: said, listed, ended."""

from __future__ import annotations

import json
from collections.abc import Callable

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
