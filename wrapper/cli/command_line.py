"""A command as one line, for reports and journals: nothing secret in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model.nouns import Stack
from ..terraform import commands
from ..terraform.commands import Token
from .options import Options


def line_of(options: Options, stack: Stack, words: Iterable[str], tokens: Sequence[Token]) -> str:
    """``./orchestrate``, the words and the arguments."""
    names = commands.variable_names(tokens)
    hidden = options.project.values.hidden(stack, names)
    return commands.redact(["./orchestrate", *filter(None, words), *commands.words(tokens)], hidden)
