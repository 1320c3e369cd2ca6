"""Defaults of options in orchestrate.hcl: what is typed wins, and none of them confirms."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from project_on_disk import Disk
from said import Said

Run = Callable[..., Said]


def engine(said: Said) -> str:
    assert said.code == 0, said.err
    return "docker" if "docker exec" in said.out else "host"


def test_a_default_holds_unless_another_is_typed(run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORCHESTRATE_ENGINE", raising=False)
    assert engine(run_cli("plan", "app-test", "--dry-run")) == "docker"
    example.write("orchestrate.hcl", 'options = { engine = "host", jobs = 2 }\n')
    assert engine(run_cli("plan", "app-test", "--dry-run")) == "host"
    assert engine(run_cli("plan", "app-test", "--dry-run", "--engine", "docker")) == "docker"
    assert engine(run_cli("--engine", "docker", "plan", "app-test", "--dry-run")) == "docker"
    monkeypatch.setenv("ORCHESTRATE_ENGINE", "docker")
    assert engine(run_cli("plan", "app-test", "--dry-run")) == "docker"


def test_a_command_that_does_not_take_it_goes_on(run_cli: Run, example: Disk) -> None:
    example.write("orchestrate.hcl", 'options = { engine = "host", canary = 1 }\n')
    assert run_cli("stacks").code == 0


@pytest.mark.parametrize(
    ("text", "says", "hint"),
    [
        ('confirm = "x"', "options: confirm has no default", "a default may have: engine"),
        ("yes = true", "options: yes has no default", "a default may have"),
        ('allow-delete = "*"', "options: allow-delete has no default", "a default may have"),
        ('unpromoted = "x"', "options: unpromoted has no default", "a default may have"),
        ("auto-approve = true", "options: auto-approve has no default", "a default may have"),
        ("sandbox = true", "options: sandbox has no default", "a default may have"),
        ("engin = 1", "options: engin has no default", "did you mean engine?"),
        ('jobs = "many"', "options: jobs: 'many' is not a valid integer", "write what you would type"),
        ("jobs = 0", "options: jobs: 0 is not in the range", "write what you would type"),
        ('timeout = "soon"', "options: timeout: ", "write what you would type"),
        ("jobs = true", "options: jobs takes another kind of value", ""),
        ('fail_fast = "yes"', "options: fail_fast takes another kind of value", ""),
        ('engine = "podman"', "options: engine: no engine 'podman'", "docker, host"),
    ],
)
def test_what_has_no_default_is_an_error_with_the_line(
    run_cli: Run, example: Disk, text: str, says: str, hint: str
) -> None:
    example.write("orchestrate.hcl", f"# first\noptions = {{ {text} }}\n")
    said = run_cli("plan", "app-test", "--dry-run")
    assert (said.code, said.out) == (65, "")
    assert says in said.err and hint in said.err and "where: orchestrate.hcl:2" in said.err
