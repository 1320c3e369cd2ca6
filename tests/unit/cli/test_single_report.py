"""The report of one layer."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from project_on_disk import Disk
from said import Said


def test_what_went_wrong_before_anything_started_is_in_the_report(
    run_cli: Callable[..., Said], example: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(example.root))  # no terraform is there to be asked for its version
    words = ("apply", "app-test", "-var", "tenant=acme", "-var", "nonsense=1", "--report", "one.json")
    said = run_cli("--engine", "host", *words)
    report = json.loads((example.root / "one.json").read_text())
    (answer,) = report["results"]
    assert said.code == answer["exit_code"] != 0
    assert (answer["tenant"], answer["result"]) == ("acme", "failed")
    assert answer["error"]["message"] in said.err
    assert report["argv"] == ["./orchestrate", "--engine", "host", *words[:5], "nonsense=***", *words[6:]]


def test_on_paper_nothing_is_written(run_cli: Callable[..., Said], example: Disk) -> None:
    assert run_cli("--dry-run", "plan", "app-test", "-var", "tenant=acme", "--report", "one.json").code == 0
    assert not (example.root / "one.json").exists()
