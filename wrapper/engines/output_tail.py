"""The last of what a Step said, bounded: enough to judge how it ended. Knows nothing of Terraform."""

from __future__ import annotations

LIMIT = 256 * 1024  # bytes


class Tail:
    """Keeps the last LIMIT bytes of what passes through."""

    def __init__(self) -> None:
        self._data = bytearray()

    def add(self, data: bytes) -> None:
        self._data += data
        if len(self._data) > 2 * LIMIT:
            del self._data[:-LIMIT]

    def text(self) -> str:
        return bytes(self._data[-LIMIT:]).decode("utf-8", "replace")
