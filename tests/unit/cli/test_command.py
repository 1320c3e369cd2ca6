"""Words of one dash are whole, and an option that a command does not take is refused."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from said import Said

from wrapper.cli.command import Command

Run = Callable[..., Said]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stacks", "-refresh=false"), "stacks takes no -refresh=false"),
        (("--tenant", "acme", "stacks"), "stacks takes no --tenant"),
        (("stacks", "--jsn"), "did you mean --json?"),
        (("tenant", "remove", "acme", "app-test", "--all-tenants"), "tenant remove takes no --all-tenants"),
    ],
)
def test_what_a_command_does_not_take(run_cli: Run, words: tuple[str, ...], said: str) -> None:
    found = run_cli(*words)
    assert (found.code, found.out) == (64, "")
    assert said in found.err


def test_an_option_may_stand_before_its_command(run_cli: Run) -> None:
    assert run_cli("--json", "stacks").out == run_cli("stacks", "--json").out != ""


@pytest.mark.parametrize("word", ["--help", "-h", "-help"])
def test_a_command_without_its_group_knows_the_words_for_help(capsys: pytest.CaptureFixture[str], word: str) -> None:
    command = Command("probe")
    with pytest.raises(click.exceptions.Exit):
        command.make_context("probe", [word])
    assert capsys.readouterr().out.startswith("Usage: probe")
