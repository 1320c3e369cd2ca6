"""Text between two markers of a Markdown file, replaced. All else in the file is its author's."""

from __future__ import annotations


def replaced(text: str, name: str, content: str) -> str:
    """``text`` with ``content`` between ``<!-- BEGIN name -->`` and ``<!-- END name -->``; ValueError where they are not."""
    begin, end = f"<!-- BEGIN {name} -->", f"<!-- END {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed or begin in after:
        raise ValueError(f"one pair of markers is needed: {begin} and {end}")
    return f"{before}{begin}\n\n{content.strip()}\n\n{end}{after}"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [head, ("---", *("---:" for _ in head[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
