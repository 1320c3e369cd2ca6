"""What the commands for running services have in common."""

from __future__ import annotations

import click
import pytest

from wrapper.cli.live_services import CommandWithArgv, argv_of


@click.command("x", cls=CommandWithArgv, context_settings={"ignore_unknown_options": True})
@click.option("--flag", is_flag=True)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def echo(ctx: click.Context, /, flag: bool, words: tuple[str, ...]) -> object:
    return flag, words, argv_of(ctx)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["a", "--", "--flag", "-x", "--", "b"], (False, ("a",), ("--flag", "-x", "--", "b"))),
        (["a", "--flag"], (True, ("a",), ())),
        (["a", "--"], (False, ("a",), ())),
    ],
)
def test_another_command_line_stands_after_two_dashes(typed: list[str], expected: object) -> None:
    assert echo.main(typed, standalone_mode=False) == expected
