"""The options of a command line that decide where a command acts, put into the commands that its messages suggest: what is
typed as printed acts on the same project, engine and AWS."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Callable, Sequence

import click

_COMMAND = re.compile(
    r"\./orchestrate ((?:[a-z][a-z-]*)(?: (?:add|remove|show|start|stop|status|reset|casc|merge|lock|fetch))?)(?=[ ;,.)]|$)"
)
_PLACES = ("--root", "--sandbox", "--engine")


def completed(text: str, argv: Sequence[str], command_of: Callable[[str], click.Command | None]) -> str:
    """The text, each ``./orchestrate COMMAND`` in it with those of the options that were typed and that the command takes."""
    options = _options(argv)
    if not options or "./orchestrate " not in text:
        return text

    def with_options(found: re.Match[str]) -> str:
        taken = _taken(command_of, found[1].split())
        return " ".join(
            ["./orchestrate", *(shlex.join(options[o]) for o in _PLACES if o in options and o in taken), found[1]]
        )

    return _COMMAND.sub(with_options, text)


def _options(argv: Sequence[str]) -> dict[str, list[str]]:
    """Option -> its words as typed."""
    found: dict[str, list[str]] = {}
    for word, following in itertools.zip_longest(argv, argv[1:], fillvalue=""):
        name, equals, _ = word.partition("=")
        if name in _PLACES:
            found[name] = [word] if equals or name == "--sandbox" else [word, following]
    return found


def _taken(command_of: Callable[[str], click.Command | None], words: Sequence[str]) -> set[str]:
    command = command_of(words[0])
    if len(words) > 1:
        command = command.commands.get(words[1]) if isinstance(command, click.Group) else command_of(" ".join(words))
    return {option for parameter in command.params for option in parameter.opts} if command else set()
