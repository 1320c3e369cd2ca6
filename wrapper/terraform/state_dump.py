"""The state that Terraform prints when it can save it nowhere (internal/command/views/operation.go, EmergencyDumpState): taken
out of what it says, because values stand there in clear. Pure.
"""

from __future__ import annotations

import json

from ..model import strict_json

_PLAIN = b'{\n  "version": '  # with -json it is one line:
_IN_JSON = b'{"@level":"info","@message":"Emergency state dump"'


class StateDump:
    """Fed with one stream, gives back all of it but a state; that is ``found``."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._within_line = False
        self._state: bytearray | None = None
        self.found = b""

    def feed(self, data: bytes) -> bytes:
        self._held += data
        passed = bytearray()
        while self._held and self._next(passed):
            pass
        return bytes(passed)

    def end(self) -> bytes:
        """The stream is at its end: what was held back is no state, or as much of one as there is."""
        rest, self._held = bytes(self._held), bytearray()
        if self._state is None:
            return rest
        self.found = bytes(self._state) + rest
        return b""

    def _next(self, passed: bytearray) -> bool:
        """Judge the next line, or what there is of it; False where that takes more of it."""
        if self._state is None and not self._within_line:
            begins = _begins(bytes(self._held[: len(_IN_JSON)]))
            if begins is None:
                return False
            self._state, self._within_line = (bytearray(), False) if begins else (None, True)
        line, newline, rest = self._held.partition(b"\n")
        if self._state is None:
            passed += line + newline
            self._within_line = not newline
        elif not newline:
            return False
        else:
            self._capture(line)
        self._held = rest
        return True

    def _capture(self, line: bytearray) -> None:
        assert self._state is not None
        self._state += line + b"\n"
        if line == b"}" or line.startswith(_IN_JSON):
            self.found, self._state = _plain(bytes(self._state)), None


def _begins(line: bytes) -> bool | None:
    """Whether a state begins here; None where that cannot be told yet."""
    if line.startswith((_PLAIN, _IN_JSON)):
        return True
    return None if _PLAIN.startswith(line) or _IN_JSON.startswith(line) else False


def _plain(said: bytes) -> bytes:
    if not said.startswith(_IN_JSON):
        return said
    try:
        return json.dumps(strict_json.parse(said)["state"], indent=2).encode()
    except (ValueError, KeyError, TypeError):
        return said
