"""drift as steps: a plan of what was applied last."""

from __future__ import annotations

from collections.abc import Callable

from cloud import Cloud
from project_on_disk import Disk
from said import Said


def test_it_plans_and_changes_nothing(run_cli: Callable[..., Said], example: Disk) -> None:
    Cloud(example).perform("apply", "acme", "-var", "tenant=acme", "-var", "memory=90")
    said = run_cli("drift", "app-test", "-var", "tenant=acme", "--dry-run", "--engine", "host")
    assert said.code == 0 and said.step("plan")
    assert [words[1] for words in said.steps if words[1] in ("apply", "destroy")] == []
