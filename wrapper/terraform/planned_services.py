"""Which ECS services a plan makes or changes, read from Terraform's own words as they stream by. Pure, and bounded.

The words are those of ``terraform plan`` (internal/command/jsonformat): of what is made its arguments, of what is changed its id
and name, also where they stay. With ``-json`` a plan tells neither, and nothing is read.
"""

from __future__ import annotations

import re

from .output import plain
from .plan_stream import LineHeads

_MOST = 200  # services
_HEAD = re.compile(r"  # \S*\baws_ecs_service\.\S+ (?:will be (?:created|updated in-place|replaced)|must be replaced)")
_OTHER = re.compile(r"  # \S")
_FIELD = re.compile(r'^(?: {6}[+~] | {8})(cluster|name|id) +(?:=|:) "([^"]+)"$')
_ARN = re.compile(r"arn:[\w-]+:ecs:[\w-]+:\d*:service/([^/]+)/([^/]+)")


class ServiceReader:
    """Hears what Terraform says, in pieces of any size; ``services``: (cluster, name) of each that is known."""

    def __init__(self) -> None:
        self.services: dict[tuple[str, str], None] = {}
        self._fields: dict[str, str] | None = None  # of the block that is read
        self._lines = LineHeads()

    def hear(self, data: bytes) -> None:
        for line in self._lines.feed(data):
            self._read(plain(line.decode("utf-8", "replace")).rstrip())

    def _read(self, line: str) -> None:
        if _OTHER.match(line):
            self._fields = {} if _HEAD.match(line) else None
        elif self._fields is not None and (field := _FIELD.match(line)):
            self._fields.setdefault(field[1], field[2])
            self._note(self._fields)

    def _note(self, fields: dict[str, str]) -> None:
        arn = _ARN.fullmatch(fields.get("id", ""))
        found = (arn[1], arn[2]) if arn else (fields.get("cluster", ""), fields.get("name", ""))
        if all(found) and len(self.services) < _MOST:
            self.services[found] = None
