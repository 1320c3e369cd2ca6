"""Every command of the tool with its options, walked out of click's own tree."""

from __future__ import annotations

from collections.abc import Iterator

import click

from wrapper.cli.main import _COMMANDS, cli
from wrapper.terraform.commands import VERBS


def _leaves(group: click.Group, names: list[str], *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name in names:
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _leaves(command, list(command.commands), *above, name)
        else:
            yield (*above, name), command


TREE = dict(_leaves(cli, [*VERBS, *_COMMANDS]))
BEFORE = {p.name: p for p in cli.params if isinstance(p, click.Option) and p.name and p.name != "version"}


def arguments_of(command: click.Command) -> list[str]:
    """As many words as the command needs."""
    words = {"shell": "bash", "count": "--parts=2", "kind": "kill"}
    return [words.get(p.name or "", "app-test") for p in command.params if p.required]
