"""A command as one line and as its words, for reports and journals: nothing secret in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..model.stack import Stack
from ..terraform import commands
from .invocation import Invocation
from .session import CliSession


def line_of(session: CliSession, invocation: Invocation, words: Iterable[str]) -> str:
    """``./orchestrate``, the words and the arguments."""
    tokens = invocation.tokens
    sensitive_names = session.project.values.sensitive_names(invocation.stack, commands.variable_names(tokens))
    return commands.redact(["./orchestrate", *filter(None, words), *commands.words(tokens)], sensitive_names)


_ASKED = re.compile(r"(?<=://)[^/?#\s]*@|(?<=\?).+", re.DOTALL)  # of a URL: who asks, and what may be a key


def as_typed(session: CliSession, stack: Stack | None = None) -> tuple[str, ...]:
    """``./orchestrate`` and the words as they were typed; () where they are not known. ``stack``: whose variables are
    typed, None where none can be."""
    names = commands.names_in(session.argv)
    sensitive_names = session.project.values.sensitive_names(stack, names) if stack else names
    words = commands.redact_each(session.argv, sensitive_names)
    return ("./orchestrate", *map(_without_keys, words, ("", *words))) if words else ()


def _without_keys(word: str, before: str) -> str:
    """A smoke test's URL without what may be a secret in it."""
    return _ASKED.sub("***", word) if before == "--smoke" or word.startswith("--smoke=") else word
