"""Text that may be shown: what Terraform, AWS and tenants wrote, without what a terminal, XML or a page would act on."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
# w3.org/TR/xml/#charsets; and what reverses the text after it, so that a name reads as another (unicode.org/reports/tr36).
_FORBIDDEN = re.compile(
    "[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)


def clean(text: str) -> str:
    """Without escape sequences, control characters, halves of characters and changes of direction."""
    return _FORBIDDEN.sub("", _ESCAPES.sub("", text))


def line(text: str) -> str:
    """The same in one line."""
    return " ".join(clean(text).split())
