"""What of an environment or of a word may be shown. Pure: knows names and the form of a URL, no project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

NAME = re.compile(r"passw|secret|token|credential|private|api_?key", re.IGNORECASE)
_ACCESS_KEY = re.compile(r"ACCESS_KEY", re.IGNORECASE)
_PASSWORD = re.compile(r"(?<=://)[^/?#\s]*@")  # of a URL: who asks, and with what
_PROXY = re.compile(r"\w+_proxy", re.IGNORECASE)
_BEFORE_HOST = re.compile(r"^[^/]*@")  # of a proxy without a scheme


def variable(name: str, value: str) -> str:
    """The value of an environment variable as it may be shown."""
    if (NAME.search(name) and not name.endswith("_FILE")) or _ACCESS_KEY.search(name):
        return "***"
    shown = without_password(value)
    return _BEFORE_HOST.sub("***@", shown) if _PROXY.fullmatch(name) else shown


def without_password(text: str) -> str:
    """The same without what stands before the host of each URL in it."""
    return _PASSWORD.sub("***@", text)


_SHORTEST = 4  # characters of a text that is looked for: a shorter one stands in every second word


def texts(values: Iterable[Any]) -> list[str]:
    """The texts in values that are not to be shown, the longest first."""
    found = {text for value in values for text in _texts(value) if len(text) >= _SHORTEST}
    return sorted(found, key=len, reverse=True)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield from (value, *(line for line in value.splitlines() if line != value))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def masked(line: str, secrets: Iterable[str]) -> str:
    """A line of another program's, as it may be shown: without these texts, and without the passwords of URLs."""
    for secret in secrets:
        line = line.replace(secret, "***")
    return without_password(line)
