"""Help teaches by example, costs little, and is there for every command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from project_on_disk import APP, Disk
from said import Said

from wrapper import __version__
from wrapper.cli.main import _COMMANDS, _TERRAFORM, cli
from wrapper.cli.options import Shared
from wrapper.terraform.commands import VERBS

Run = Callable[..., Said]
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("confirm", ["--help", "-h", "-help"])
def test_help_teaches_by_example(run_cli: Run, confirm: str) -> None:
    said = run_cli(confirm)
    assert (said.code, said.err) == (0, "")
    for words in (
        "./orchestrate apply appcluster-test ap-southeast-2 -var tenant=acme",
        "Exit codes:",
        "--dry-run",
        "stacks",
    ):
        assert words in said.out
    assert all(name in said.out for name in (*_TERRAFORM, *_COMMANDS))
    assert _TERRAFORM.keys() <= VERBS.keys()


@pytest.mark.parametrize("command", [*_TERRAFORM, *_COMMANDS])
def test_every_command_has_help(run_cli: Run, command: str) -> None:
    said = run_cli(command, "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: orchestrate {command}")


@pytest.mark.parametrize("command", [*_TERRAFORM, *_COMMANDS])
def test_help_shows_a_commands_own_options_first(command: str) -> None:
    one = cli.get_command(click.Context(cli), command)
    assert one
    *options, last = [
        p for p in one.get_params(click.Context(one, **one.context_settings)) if isinstance(p, click.Option)
    ]
    ranks = [option.rank if isinstance(option, Shared) else 0 for option in options]
    assert "--help" in last.opts and ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("command", "own"), [("rollback", "--to"), ("shards", "--parts"), ("reap", "--region"), ("affected", "--since")]
)
def test_help_begins_with_what_a_command_has_alone(run_cli: Run, command: str, own: str) -> None:
    first = run_cli(command, "--help").out.partition("Options:\n")[2].splitlines()[0]
    assert own in first


@pytest.mark.parametrize("command", ["providers", "fmt", "untaint", "get"])
def test_verbs_that_help_does_not_list_are_commands_too(run_cli: Run, command: str) -> None:
    assert command in VERBS
    assert run_cli(command, "-help").code == 0


def test_an_apply_takes_all_that_may_stand_before_it(run_cli: Run) -> None:
    options = {o for p in cli.params for o in p.opts if o != "--version"}
    assert all(option in run_cli("apply", "--help").out for option in options)


def test_version(run_cli: Run) -> None:
    assert run_cli("--version") == Said(0, f"orchestrate {__version__}\n", "")


def test_nothing_at_all_is_help(run_cli: Run) -> None:
    assert "Usage: orchestrate" in "".join(run_cli()[1:])


def imported_by(*arguments: str, cwd: Path) -> set[str]:
    heavy = ("docker", "boto3", "botocore", "hcl2", "lark", "moto", "jinja2", "requests")
    code = (
        f"import sys; from wrapper.cli.main import _run; _run({list(arguments)!r}); "
        f"print('!', *[m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("!")[2].split())


def test_help_imports_nothing_heavy(example: Disk) -> None:
    assert imported_by("--help", cwd=example.root) == set()
    assert imported_by("plan", "--help", cwd=example.root) == set()


def test_stacks_parse_nothing_twice_and_what_is_plain_never(example: Disk) -> None:
    example.unread()
    assert imported_by("stacks", cwd=example.root) == set()
    example.append(f"{APP}/stack.hcl", "rate_limit = true /* of AWS */\n")
    assert imported_by("stacks", cwd=example.root) == {"hcl2", "lark"}
    assert imported_by("stacks", cwd=example.root) == set()
