"""The words of help texts and messages: what the tool prints keeps to the words of the pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from syntax import parse

from .test_words import CODE, WORDS, found_in, found_in_each

SPOKEN = WORDS | {
    r"\bwho\b": "name the person or the thing",
    r"\b(?:keeps|a|each|every) place\b|\bplaces\b": "slot",
    r"\bparts\b|\bpart [K\d]": "shard",
    r"\bby another hand\b|\bby others\b": "say what happened",
}


# Values of JSON that a release wrote: programs read them.
INTERFACE = {"keeps a place"}


def messages(code: str) -> Iterator[tuple[int, str]]:
    """Text of more than a word, with its line: literals, pieces of f-strings too, without docstrings and code in backticks."""
    nodes = list(ast.walk(parse(code)))
    statements = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements
        if is_text and " " in node.value.strip() and node.value not in INTERFACE:
            yield node.lineno, re.sub(r"`[^`]*`", "` `", node.value)


def forbidden(code: str) -> list[str]:
    return found_in(messages(code), SPOKEN)


def test_help_and_messages_keep_to_the_words() -> None:
    assert found_in_each(CODE, forbidden) == {}


def test_a_message_is_found_wherever_it_is_said() -> None:
    said = '''
"""Whoever reads this."""
a = click.option("--x", help="Why, for whoever wonders.")
raise ConfigError(f"{a}: say who", hint="build it "
    f"anew {a}")
info(f"the night leaves {a} alone")
name = "pace"
b = "see `the night`"
'''
    found = sorted(item.split(": ")[1] for item in forbidden(said))
    assert found == ["'anew'", "'the night'", "'who'", "'whoever'"]
