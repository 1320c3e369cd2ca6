"""Words of one dash are whole, and an option that a command does not take is refused."""

from __future__ import annotations

from collections.abc import Callable

import click
import pytest
from options_walk import TREE, arguments_of
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


def test_an_empty_value_of_any_option_is_refused(run_cli: Run) -> None:
    """``destroy STACK --tenant "$TENANT"`` of a variable that is unset is no destroy of the stack with all its tenants."""
    for words, command in TREE.items():
        for option in (
            p for p in command.params if isinstance(p, click.Option) and not p.is_flag and p.name != "confirm"
        ):
            said = run_cli(*words, *arguments_of(command), option.opts[0], "")
            assert (said.code, option.opts[0] in said.err) == (64, True), (words, option.opts[0], said)
    assert run_cli("--dry-run", "plan", "app-test", "--engine", "host", "--tenant", "acme").code == 0
    assert run_cli("apply", "app-live", "eu-west-1", "--confirm", "").code == 77, "it confirms nothing"
    said = run_cli("--tenant", "", "destroy", "app-test")
    assert (said.code, said.out) == (64, "")
    assert "error: --tenant is empty\n  to do: is a variable of your script unset?" in said.err


def test_quota_counts_tenants_by_an_option_of_its_own(run_cli: Run) -> None:
    """``--tenants`` is a glob, wherever a command takes it."""
    takers = {" ".join(words) for words, command in TREE.items() for p in command.params if "--tenants" in p.opts}
    metavars = {p.metavar for command in TREE.values() for p in command.params if "--tenants" in p.opts}
    assert (metavars, "quota" in takers) == ({"GLOB"}, False)
    said = run_cli("quota", "app-test", "--tenants", "60")
    assert (said.code, "quota takes no --tenants" in said.err, "did you mean --tenant-count?" in said.err) == (
        64,
        True,
        True,
    )
