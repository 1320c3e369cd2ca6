"""Where standard output takes no more, the exit code says so, whichever command it is; a reader that went away is no error."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from said import Said

from wrapper.cli.command import Command
from wrapper.cli.console import TerminalConsole
from wrapper.cli.session import CliSession
from wrapper.model.errors import OrchestrateError

Run = Callable[..., Said]
ROOT = Path(__file__).resolve().parents[3]
PRINTED = [
    "stacks",
    "stacks --json",
    "vars app-test",
    "vars app-test --json",
    "tenants app-test",
    "quota app-test --json",
    "reap",
    "keep --list --json",
    "sandbox status --json",
    "completion bash",
    "--dry-run --engine host plan app-test",
    "--dry-run --engine host apply app-test --all-tenants --json",
]


@contextlib.contextmanager
def standard_output(path: str) -> Iterator[None]:
    kept, full = os.dup(1), os.open(path, os.O_WRONLY)
    os.dup2(full, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(full)


@pytest.mark.parametrize("typed", PRINTED)
def test_what_did_not_arrive_is_no_success(run_cli: Run, typed: str) -> None:
    plain = run_cli(*typed.split())
    assert plain.out, plain
    with standard_output("/dev/full"):
        said = run_cli(*typed.split())
    good = plain.code in (0, 2, 3)
    assert said.code == (69 if good else plain.code), said
    assert "No space left on device" in said.err
    with standard_output("/dev/null"):
        assert run_cli(*typed.split()).code == plain.code


@pytest.mark.parametrize("typed", [["--help"], ["plan", "--help"], ["--version"]])
def test_help_too(typed: list[str]) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "wrapper", *typed]
        done = subprocess.run(words, cwd=ROOT, env=environ, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
    assert (done.returncode, "No space left on device" in done.stderr, "Traceback" in done.stderr) == (69, True, False)


def test_what_terraform_says_is_remembered() -> None:
    console = TerminalConsole(color_out=False, color_err=False)
    with standard_output("/dev/full"):
        console.output(b"a plan", False)
        console.output(b"and more", False)
        console.output(b"a word", True)
    assert [error.strerror for error in console.lost] == ["No space left on device"] * 2


@pytest.mark.parametrize(("code", "ends"), [(None, 69), (0, 69), (2, 69), (1, 1), (74, 74)])
def test_the_worse_of_both(code: int | None, ends: int) -> None:
    def printed(*_: object, **__: object) -> int | None:
        session.console.print("text")
        return code

    session = CliSession()
    command = Command("probe", callback=printed)
    with standard_output("/dev/full"):
        try:
            ended = command.main([], obj=session, standalone_mode=False)
        except OrchestrateError as error:
            ended = error.exit_code
    assert ended == ends


def test_a_reader_that_went_away_is_none() -> None:
    console = TerminalConsole(color_out=False, color_err=False)
    reading, writing = os.pipe()
    os.close(reading)
    kept = os.dup(1)
    os.dup2(writing, 1)
    try:
        console.print("text")
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(writing)
    assert console.lost == []
