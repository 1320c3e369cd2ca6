"""A command as one line, for reports and journals: nothing secret in it."""

from __future__ import annotations

from collections.abc import Iterable

from ..terraform import commands
from .invocation import Invocation
from .session import CliSession


def line_of(session: CliSession, invocation: Invocation, words: Iterable[str]) -> str:
    """``./orchestrate``, the words and the arguments."""
    tokens = invocation.tokens
    hidden = session.project.values.hidden(invocation.stack, commands.variable_names(tokens))
    return commands.redact(["./orchestrate", *filter(None, words), *commands.words(tokens)], hidden)
