"""``modules fetch``: what it lists, and what its options do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import pytest
from fake_fetch import FakeFetch
from project_on_disk import Disk
from said import Said

from wrapper.cli.commands import modules_fetch
from wrapper.cli.options import Options
from wrapper.cli.remote_modules import RemoteModules, of_session
from wrapper.cli.session import CliSession

Run = Callable[..., Said]
BRANCH = "git::https://me:hush@example.com/x.git?ref=main"
SHOWN = "git::https://***@example.com/x.git?ref=main"
FETCH = FakeFetch()


class Session(CliSession):
    """Fetches from a repository that a test plays."""

    @cached_property
    def remote_modules(self) -> RemoteModules:
        return replace(of_session(self), executor=FETCH.executor)


@pytest.fixture
def fetch(example: Disk, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, str]]:
    """The command on a project that calls one module, typed with these words: what it prints, and what it says."""
    example.write("src/app/main.tf", f'module "x" {{\n  source = "{BRANCH}"\n}}\n')

    def run(*words: str) -> tuple[str, str]:
        session = Session(Options(root=str(example.root)), environ={"PATH": "/bin"})
        capfd.readouterr()
        modules_fetch.command.main(list(words), obj=session, standalone_mode=False)
        return tuple(capfd.readouterr())

    return run


def test_it_fetches_and_lists_and_shows_no_credential(fetch: Any) -> None:
    out, err = fetch("--json")
    (row,) = json.loads(out)
    assert {k: row[k] for k in ("module", "found", "where")} == {
        "module": SHOWN,
        "found": FETCH.commit,
        "where": "src/app/main.tf:2",
    }
    assert "hush" not in out + err
    assert fetch()[0].startswith("MODULE") and SHOWN in fetch()[0]


def test_options_act(fetch: Any, run_cli: Run, example: Disk) -> None:
    assert "fetched" in fetch("--engine", "host")[1] and "fetched" not in fetch("--engine", "docker")[1]
    assert "fetched" in fetch("--upgrade")[1]
    assert "removed 1 fetched modules" in fetch("--clear")[1]
    assert not list((example.root / ".orchestrate/modules").glob("*/"))
    assert run_cli("modules", "fetch", "--clear", "--upgrade").code == 64
    assert run_cli("modules", "fetch", "--engine", "none", "--upgrade").code == 64
    assert run_cli("modules", "fetch", "--root", "nowhere").code == 66


def test_a_project_without_any(run_cli: Run) -> None:
    said = run_cli("modules", "fetch")
    assert (said.code, said.out) == (0, "") and "no root calls a module from elsewhere" in said.err
