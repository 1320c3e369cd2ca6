"""A table as text: as wide as what it holds, or wrapped within the columns of a terminal, with colour where something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..reports.printable import visible_line

if TYPE_CHECKING:
    from rich.text import Text

_SAYS_HOW_IT_IS = ("status", "result", "what", "doubt")  # columns whose words are coloured
_COLOURS = {r"\b(failed|stopped|orphaned|wrong|destroy)\b": "red", r"\b(changed|locked)\b": "yellow"}

_GAP = 2  # between two columns
Rows = Sequence[Sequence[object]]


def plain(head: Sequence[str], rows: Rows) -> list[str]:
    """Its lines, columns as wide as what they hold: nothing is cut, so that it can be searched."""
    cells = [
        [visible_line(title.upper()) for title in head],
        *([visible_line(str(cell)) for cell in row] for row in rows),
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def fitted(head: Sequence[str], rows: Rows, width: int, *, color: bool) -> list[str]:
    """Its lines, none wider than ``width``: a cell that is too long goes on below. Nothing is cut. Where not even the titles have
    room, each row is a list of its own."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    narrow = sum(map(len, head)) + _GAP * (len(head) - 1) > width
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for title in head:
        table.add_column(Text(visible_line(title.upper())), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(cell, title) for cell, title in zip(row, head, strict=True)))
    console = Console(width=width, color_system="standard" if color else None, force_terminal=color, highlight=False)
    with console.capture() as captured:
        console.print(Text("\n".join(_lists(head, rows)), overflow="fold") if narrow else table)
    return [line.rstrip() for line in captured.get().splitlines()]


def _lists(head: Sequence[str], rows: Rows) -> list[str]:
    """The first cell of each row, and below it the others by their titles."""
    lines = []
    for first, *others in rows:
        lines.append(visible_line(str(first)))
        told = ((title, str(cell)) for title, cell in zip(head[1:], others, strict=True))
        lines += [f"  {visible_line(title)}: {visible_line(cell)}" for title, cell in told if cell != "-"]
    return lines


def _cell(cell: object, title: str) -> Text:
    from rich.text import Text

    text = Text(visible_line(str(cell)))
    for words, colour in _COLOURS.items() if title in _SAYS_HOW_IT_IS else ():
        text.highlight_regex(words, colour)
    return text
