"""The report of one layer."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from fakes import layer
from project_on_disk import Disk
from said import Said

from wrapper.cli import single
from wrapper.errors import Stopped, TerraformFailed
from wrapper.model import Outcome


def test_what_went_wrong_before_anything_started_is_in_the_report(
    run_cli: Callable[..., Said], example: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(example.root))  # no terraform is there to be asked for its version
    said = run_cli(
        "--engine", "host", "apply", "app-test", "-var", "tenant=acme", "-var", "nonsense=1", "--report", "one.json"
    )
    (answer,) = json.loads((example.root / "one.json").read_text())["answers"]
    assert said.code == answer["exit_code"] != 0
    assert (answer["tenant"], answer["result"]) == ("acme", "failed")
    assert answer["error"]["message"] in said.err


def test_on_paper_nothing_is_written(run_cli: Callable[..., Said], example: Disk) -> None:
    assert run_cli("--dry-run", "plan", "app-test", "-var", "tenant=acme", "--report", "one.json").code == 0
    assert not (example.root / "one.json").exists()


def test_an_answer_of_each_kind() -> None:
    good = single.succeeded(layer("acme"), Outcome(0, ok=True, changes=(1, 2, 3), url="http://acme"))
    assert good.changes and (good.changes.added, good.url, good.result) == (1, "http://acme", "succeeded")
    bad = single.failed(layer("acme"), TerraformFailed("terraform apply failed"))
    assert (bad.result, bad.exit_code, bad.reason) == ("failed", 1, "")
    stopped = single.failed(layer(""), Stopped("stopped by SIGTERM"))
    assert (stopped.result, stopped.exit_code, stopped.reason) == ("stopped", 143, "stopped by SIGTERM")
