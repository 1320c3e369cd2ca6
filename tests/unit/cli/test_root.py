"""Where the project is found, and where its private files stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from project_on_disk import APP, Disk
from said import Said

from wrapper.cli.session import CliSession

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


def test_a_launcher_in_a_project_means_that_one_outside_any(
    run_cli: Run, example: Disk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ORCHESTRATE_LAUNCHER", str(example.root))
    here = run_cli("stacks")
    assert here.err == ""
    monkeypatch.chdir(tmp_path)
    said = run_cli("stacks")
    assert (said.code, said.out) == (0, here.out)
    assert said.err == f"no project in {tmp_path}; taking that of this launcher: {example.root}\n"


@pytest.fixture
def outside(run_cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """The command line in a folder outside any project, by a launcher that lies in none."""
    monkeypatch.setenv("ORCHESTRATE_LAUNCHER", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return run_cli


@pytest.mark.parametrize("line", ["stacks", "apply app-test", "tenants app-test", "jenkins casc app-test"])
def test_outside_any_project_a_command_on_one_says_so(outside: Run, tmp_path: Path, line: str) -> None:
    said = outside(*line.split())
    assert said.code == 66
    assert f"no project here: a project has config/ and src/\n  where: {tmp_path}/elsewhere\n" in said.err
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("--help", 0),
        ("--version", 0),
        ("completion bash", 0),
        ("sandbox status", 1),
        ("sandbox stop", 0),
        ("jenkins --help", 0),
        ("report show none.json", 66),
    ],
)
def test_what_works_anywhere(outside: Run, tmp_path: Path, line: str, code: int) -> None:
    said = outside(*line.split())
    assert (said.code, "no project here" in said.err) == (code, False), said.err


def test_the_private_folder_outside_any_project(
    outside: Run, example: Disk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def home(**more: str) -> str:
        return str(CliSession(environ={"HOME": "/home/me", "ORCHESTRATE_LAUNCHER": "/", **more}).home)

    assert home() == "/home/me/.local/state/orchestrate"
    assert home(XDG_STATE_HOME="/states") == "/states/orchestrate"
    assert home(ORCHESTRATE_HOME="/private") == "/private/no-project"
    monkeypatch.delenv("HOME")
    said = outside("sandbox", "status")
    assert (said.code, "error: HOME is not set" in said.err) == (64, True)
