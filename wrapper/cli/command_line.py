"""A command as one line, for reports and journals: nothing secret in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .. import terraform
from ..model import Stack
from ..terraform import Token
from .options import Options


def line_of(options: Options, stack: Stack, words: Iterable[str], tokens: Sequence[Token]) -> str:
    """``./orchestrate``, the words and the arguments."""
    names = terraform.variable_names(tokens)
    hidden = options.project.values.hidden(stack, names)
    return terraform.redact(["./orchestrate", *filter(None, words), *terraform.words(tokens)], hidden)
