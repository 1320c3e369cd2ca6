"""Text that may be shown: what Terraform, AWS and tenants wrote, without what a terminal, XML or a page would act on."""

from __future__ import annotations

import re

_ESCAPES = r"\x1b\[[0-?]*[ -/]*[@-~]"
# w3.org/TR/xml/#charsets; and what reverses the text after it, so that a name reads as another (unicode.org/reports/tr36).
_FORBIDDEN = "[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"


def clean(text: str) -> str:
    """Without escape sequences, control characters, halves of characters and changes of direction."""
    return re.sub(_FORBIDDEN, "", re.sub(_ESCAPES, "", text))


def line(text: str) -> str:
    """The same in one line."""
    return " ".join(clean(text).split())


def cut(text: str, longest: int, end: str = "…") -> str:
    """So many characters at most; ``end`` stands for what is left out."""
    return text if len(text) <= longest else text[: longest - len(end)] + end


# What a terminal acts on, 8-bit sequences too (ECMA-48), what turns the direction of text (unicode.org/reports/tr9), and what
# ends a line beside \n. To str.isprintable none of them is printable, and most texts have none: no start compiles the pattern.
_ACTED_ON = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"


def visible(text: str) -> str:
    """With what a terminal would act on written out (``\\x1b``), so that nothing is hidden; lines stay lines."""
    return text if text.isprintable() else re.sub(_ACTED_ON, _written_out, text)


def visible_line(text: str) -> str:
    """The same in one line, for a cell."""
    return text if text.isprintable() else re.sub(f"[\t\n]|{_ACTED_ON}", _written_out, text)


def visible_json(text: str) -> str:
    """The same for JSON: other letters, the same data."""
    return re.sub(_ACTED_ON, lambda found: f"\\u{ord(found[0]):04x}", text)


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
