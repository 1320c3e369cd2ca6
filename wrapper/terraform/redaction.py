"""What of an environment or of a word may be shown. Pure: knows names and the form of a URL, no project."""

from __future__ import annotations

import re

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
