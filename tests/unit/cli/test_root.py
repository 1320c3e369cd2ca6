"""Where the project is found, and where its private files stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from project_on_disk import APP, Disk
from said import Said

Run = Callable[..., Said]


def test_the_root_is_found_from_below_and_may_be_named(
    run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    here = run_cli("stacks").out
    monkeypatch.chdir(example.root / APP / "tenants")
    assert run_cli("stacks").out == here
    monkeypatch.chdir("/")
    assert run_cli("stacks", "--root", str(example.root)).out == here
    monkeypatch.setenv("ORCHESTRATE_ROOT", str(example.root))
    assert run_cli("stacks").out == here


def test_private_files_stand_where_they_are_wanted(
    run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    example.unread()
    monkeypatch.setenv("ORCHESTRATE_HOME", f"{tmp_path}/homes")
    assert run_cli("stacks").code == 0
    assert not (example.root / ".orchestrate").exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [("stacks", ("STACK", "global")), ("vars", ("VARIABLE", "memory")), ("tenants", ("TENANT", "acme"))],
)
def test_no_escape_codes_without_a_terminal(run_cli: Run, command: str, words: tuple[str, ...]) -> None:
    said = run_cli(
        command, *([] if command == "stacks" else ["app-test"]), *(["-var", "tenant=acme"] if command == "vars" else [])
    )
    assert "\x1b" not in said.out + said.err
    assert all(word in said.out for word in words)
