"""The report of one layer."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cloud import Cloud, on_fakes, run
from project_on_disk import REGION, Disk
from said import Said

from wrapper.cli.commands import rollback
from wrapper.model.errors import TerraformFailed
from wrapper.model.nouns import Outcome


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


def test_it_names_the_builds_of_its_own_layer_from_what_to_what(example: Disk) -> None:
    def builds_of(*words: str, command: Any = None) -> Any:
        session = on_fakes(example.root, engine, report=str(file))
        if command:
            command.main(["app-test", REGION, *words], obj=session, standalone_mode=False)
        else:
            run(session, "apply", "app-test", REGION, *words)
        (one,) = json.loads(file.read_text())["results"]
        return one["builds"]

    engine, file = Cloud(example).engine, example.root / "one.json"
    example.append("src/app/variables.tf", 'variable "agent-build" {\n  default = 2\n}\n')
    acme = ("-var", "tenant=acme")
    origin = "-var"
    assert builds_of(*acme, "-var", "service1-build=89") == {
        "service1-build": {"from": None, "to": "89", "origin": origin}
    }
    assert builds_of(*acme, "-var", "service1-build=90") == {
        "service1-build": {"from": "89", "to": "90", "origin": origin}
    }
    assert builds_of(*acme, command=rollback.command) == {
        "service1-build": {"from": "90", "to": "89", "origin": "rollback of 2 to 1"}
    }


def test_builds_of_a_stack_layer_that_failed_first_are_not_its_tenants(example: Disk) -> None:
    cloud, file = Cloud(example), example.root / "one.json"
    example.append("src/app/variables.tf", 'variable "agent-build" {\n  default = 2\n}\n')
    cloud.fails[f"{REGION}/app-test", "apply"] = Outcome(1, ok=False, tail="Error: no")
    session = on_fakes(example.root, cloud.engine, report=str(file))
    with pytest.raises(TerraformFailed):
        run(session, "apply", "app-test", REGION, "-var", "tenant=acme")
    (one,) = json.loads(file.read_text())["results"]
    assert (one["tenant"], one["result"], "builds" in one) == ("acme", "failed", False)


def test_on_paper_nothing_is_written(run_cli: Callable[..., Said], example: Disk) -> None:
    assert run_cli("--dry-run", "plan", "app-test", "-var", "tenant=acme", "--report", "one.json").code == 0
    assert not (example.root / "one.json").exists()
