"""What a plan is going to change, counted from Terraform's own words as they stream by. Pure, and bounded in memory.

The words are those of ``terraform plan`` since 0.12 (internal/command/jsonformat), in colour or not, or one JSON
object a line (``-json``, developer.hashicorp.com/terraform/internals/machine-readable-ui).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..model import strict_json
from ..model.findings import SERVICE, Change
from .output import plain

LONGEST = 8192  # bytes of a line
_KEY = re.compile(r'\[(?:"(?:\\.|[^"\\])*"|-?\d+)\]')  # [0], ["a.b"]: may hold anything
_IN_MODULE = re.compile(r'\bmodule\.[\w-]+\["((?:\\.|[^"\\])*)"\]')
_WORD_OF_KEY = re.compile(r'\["([a-z][a-z0-9-]*) [^"]*"\]')
_HEAD = re.compile(r"  # (?:module\.[\w-]+\.)*([\w-]+)\.[\w-]+(?: \(deposed object \w+\))? (\S.*)$")
_ACTIONS = (
    ("will be created", "create"),
    ("will be updated in-place", "update"),
    ("will be destroyed", "delete"),
    ("must be replaced", "replace"),
    ("will be replaced", "replace"),
    ("is tainted, so", "replace"),
)
_JSON_ACTIONS = {"create": "create", "update": "update", "delete": "delete", "replace": "replace"}


class LineHeads:
    """The lines of what Terraform says, out of pieces of any size: of each its head, since that says what it is."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are whole now."""
        first, *others = data.split(b"\n")
        *lines, self._rest = [line[:LONGEST] for line in ((self._rest + first)[:LONGEST], *others)]
        return lines


class Reader:
    """Hears what Terraform says, in pieces of any size, and counts the changes it announces."""

    def __init__(self) -> None:
        self.changes: Counter[Change] = Counter()
        self._lines = LineHeads()

    def hear(self, data: bytes) -> None:
        for line in self._lines.feed(data):
            self._count(line)

    def _count(self, line: bytes) -> None:
        if b"  # " in line or b'"planned_change"' in line:
            change = read(line.decode("utf-8", "replace"))
            if change:
                self.changes[change] += 1


def is_plan(argv: Sequence[str]) -> bool:
    """Whether this argv makes a plan."""
    return "plan" in argv[1:2]


def leaves_target_group(text: str) -> bool:
    """Whether a plan takes a service away, a target group, and a rule that led to one."""
    return {"aws_lb_target_group", "aws_lb_listener_rule", SERVICE} <= {kind for kind, _ in taken_away(text)}


def taken_away(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """What a plan takes away, or replaces: the kind of each resource, and what its address names. That are the keys of the modules
    it is in, and the first word of its own key where that has more: ``this["api ip"]``."""
    found = ((read(line[:LONGEST]), line) for line in text.splitlines())
    return [(change.type, _names(line)) for change, line in found if change and change.action in ("delete", "replace")]


def _names(line: str) -> tuple[str, ...]:
    if line.startswith("{"):
        resource = strict_json.parse(line)["change"]["resource"]
        address = f"{resource.get('module', '')} {resource.get('resource', '')}"
    else:
        address = plain(line)
    return (*_IN_MODULE.findall(address), *_WORD_OF_KEY.findall(address))


def replaces_service(text: str) -> bool:
    """Whether a plan creates an ECS service in the place of one that it takes away."""
    found = _counted(text)
    created, gone = (found[Change(action, SERVICE)] for action in ("create", "delete"))
    return bool(found[Change("replace", SERVICE)] or (created and gone))


def _counted(text: str) -> Counter[Change]:
    reader = Reader()
    reader.hear(text.encode() + b"\n")
    return reader.changes


def read(line: str) -> Change | None:
    """The change that one line of a plan announces, or None."""
    if line.startswith("{"):
        return _from_json(line)
    found = _HEAD.match(_KEY.sub("", plain(line).rstrip()))
    if not found or found[1] == "data":
        return None
    action = next((action for words, action in _ACTIONS if found[2].startswith(words)), "")
    return Change(action, found[1]) if action else None


def _from_json(line: str) -> Change | None:
    try:
        said = strict_json.parse(line)
        change = said["change"] if said["type"] == "planned_change" else {}
        action = _JSON_ACTIONS.get(change.get("action", ""), "")
        return Change(action, str(change["resource"]["resource_type"])) if action else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
