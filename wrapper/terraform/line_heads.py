"""The lines of what Terraform says, out of pieces of any size: of each its head, since that says what it is. Pure, and bounded
in memory.
"""

from __future__ import annotations

LONGEST = 8192  # bytes of a line


class LineHeads:
    """Fed with one stream."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are whole now."""
        first, *others = data.split(b"\n")
        *lines, self._rest = [line[:LONGEST] for line in ((self._rest + first)[:LONGEST], *others)]
        return lines
