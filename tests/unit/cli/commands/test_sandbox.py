"""The sandbox of a project that has none."""

from __future__ import annotations

import json
from collections.abc import Callable

from said import Said

Run = Callable[..., Said]


def test_no_sandbox_runs(run_cli: Run) -> None:
    assert run_cli("sandbox", "status") == Said(1, "", "sandbox: not running\n")
    assert json.loads(run_cli("sandbox", "status", "--json").out) == {"running": False}
    assert run_cli("sandbox", "stop").err == "sandbox: was not running\n"
