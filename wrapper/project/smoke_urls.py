"""What a smoke test may be asked to ask: the syntax of the setting smoke, and of --smoke. Pure."""

from __future__ import annotations


def is_place(text: str) -> bool:
    """Whether it is a path below a tenant's URL, or a URL."""
    http_url = text.startswith(("http://", "https://")) and len(text.partition("://")[2].strip("/")) > 0
    return (http_url or text.startswith("/")) and text.isprintable() and " " not in text
