"""What was typed to say where a command acts goes along into the commands that its messages suggest."""

from __future__ import annotations

import click
import pytest

from wrapper.cli.main import cli
from wrapper.cli.typed_options import completed


def command_of(name: str) -> click.Command | None:
    return cli.get_command(click.Context(cli), name)


@pytest.mark.parametrize(
    ("argv", "text", "found"),
    [
        ((), "./orchestrate plan s", "./orchestrate plan s"),
        (("plan", "-var", "x=1"), "./orchestrate plan s", "./orchestrate plan s"),
        (("--sandbox", "plan"), "./orchestrate plan s", "./orchestrate --sandbox plan s"),
        (
            ("plan", "--engine=host"),
            "to see it: ./orchestrate plan s.",
            "to see it: ./orchestrate --engine=host plan s.",
        ),
        (("--root", "a b"), "(./orchestrate stacks)", "(./orchestrate --root 'a b' stacks)"),
        (("--sandbox", "plan"), "./orchestrate stacks", "./orchestrate stacks"),
        (("--sandbox", "--root", "r"), "./orchestrate sandbox start", "./orchestrate --root r sandbox start"),
        (("--sandbox",), "./orchestrate --help", "./orchestrate --help"),
        (("--sandbox",), "./orchestrate COMMAND", "./orchestrate COMMAND"),
    ],
)
def test_a_suggestion_has_what_was_typed(argv: tuple[str, ...], text: str, found: str) -> None:
    assert completed(text, argv, command_of) == found
