"""A command as one line, for reports and journals: nothing secret in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..model.nouns import Stack
from ..terraform import commands
from ..terraform.commands import Token
from .session import Session


def line_of(session: Session, stack: Stack, words: Iterable[str], tokens: Sequence[Token]) -> str:
    """``./orchestrate``, the words and the arguments."""
    names = commands.variable_names(tokens)
    hidden = session.project.values.hidden(stack, names)
    return commands.redact(["./orchestrate", *filter(None, words), *commands.words(tokens)], hidden)
