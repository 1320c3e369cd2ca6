"""A layer's applies, the newest first."""

from __future__ import annotations

import json
from collections.abc import Callable

from cloud import Cloud
from project_on_disk import Disk
from said import Said

from wrapper.model.stack import Layer
from wrapper.state import task_history
from wrapper.state.store import LocalStore
from wrapper.state.task_history import TaskEntry

Run = Callable[..., Said]
ACME = ("app-test", "-var", "tenant=acme")


def test_the_newest_first(run_cli: Run, example: Disk) -> None:
    for build in ("90", "91"):
        Cloud(example).perform("apply", "acme", "-var", "tenant=acme", "-var", f"service1-build={build}")
    found = json.loads(run_cli("history", *ACME, "--json").out)
    assert [(one["number"], one["builds"]) for one in found] == [
        (2, {"service1-build": "91"}),
        (1, {"service1-build": "90"}),
    ]
    old = ["number", "at", "by", "builds", "commit", "job", "seconds", "why", "run", "failed"]
    assert [*found[0]] == [*old, "files", "brought", "serial", "lineage"]
    rows = [line.split() for line in run_cli("history", *ACME).out.splitlines()[1:]]
    assert [row[0] for row in rows] == ["2", "1"]


def test_no_history(run_cli: Run) -> None:
    said = run_cli("history", *ACME)
    assert (said.code, "app-test/acme has no history" in said.err) == (66, True)


def test_tasks_without_an_apply(run_cli: Run, example: Disk) -> None:
    """Of a state that another tool applied."""
    layer = Layer(Cloud(example).deployer().stack, "acme")
    task_history.add(
        LocalStore(example.root / ".orchestrate/states"), layer, TaskEntry(at="2026", name="migrate", result="0")
    )
    said = run_cli("history", *ACME)
    assert (said.code, "task migrate: 0" in said.out) == (0, True), said


def test_after_a_destroy_it_says_what_ran(run_cli: Run, example: Disk) -> None:
    for verb in ("apply", "destroy"):
        Cloud(example).perform(verb, "acme", "-var", "tenant=acme")
    said = run_cli("history", *ACME)
    assert said.code == 66
    assert "acme has no history; destroyed at 2" in said.err and "service1-build 1 ran until then" in said.err, said
