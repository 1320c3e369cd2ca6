"""What Terraform said, read back: a plan's summary, its diagnostics, its last words. Pure.

Terraform's exit code says little; its own words, stable since 0.12, say the rest. What they amount to is told by
:mod:`wrapper.terraform.failures`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..model import strict_json
from ..model.nouns import Diagnostic

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_SUMMARY = re.compile(r"Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy")
_DONE = re.compile(
    r"Apply complete! Resources: (?:(\d+) imported, )?(\d+) added, (\d+) changed, (\d+) destroyed"
    r"|Destroy complete! Resources: (\d+) destroyed"
)
_LAST = 32 * 1024  # characters
MAXIMUM_LINE = 500  # characters
_OUTPUTS = re.compile(r"^Changes to Outputs:|You can apply this plan to save these new output", re.MULTILINE)


def plain(text: str) -> str:
    return _COLOR.sub("", text)


def change_summary(text: str) -> tuple[int, int, int] | None:
    """(added, changed, destroyed) of the last plan or apply in ``text``; None where none is seen."""
    text = plain(text)
    done = list(_DONE.finditer(text))
    if done:
        last = done[-1]
        return (0, 0, int(last[5])) if last[5] else (int(last[2]), int(last[3]), int(last[4]))
    plans = list(_SUMMARY.finditer(text))
    if plans:
        return int(plans[-1][2]), int(plans[-1][3]), int(plans[-1][4])
    nothing = _OUTPUTS.search(text) or "No changes." in text or "change_summary" in text
    return (0, 0, 0) if nothing else None


def last_words(text: str) -> str:
    """The end of what Terraform said, without colours: bounded, because a fleet keeps many."""
    return plain(text[-2 * _LAST :])[-_LAST:]


def last_lines(text: str, most: int = 8) -> str:
    """The last lines in which something stands; at most so many."""
    return "\n".join([line.rstrip()[:MAXIMUM_LINE] for line in plain(text).splitlines() if line.strip()][-most:])


# A fleet's report holds those of every tenant, so each has a measure.
MAXIMUM_DIAGNOSTICS = 50
MAXIMUM_DETAIL = 4000  # characters

_BEGIN = re.compile(r"(Error|Warning): (.+)")
_ADDRESS = re.compile(r"  with (.+),$", re.MULTILINE)
_PLACE = re.compile(r"  on (.+?) line (\d+)(?:,|:|$)", re.MULTILINE)


def diagnostics(text: str) -> tuple[Diagnostic, ...]:
    """What Terraform complained about, in its order, each once, errors first: from boxes, from the same words without
    a box (``-no-color``), and from ``-json``. A box whose beginning is cut away is left out.

    The forms are those of internal/command/format/diagnostic.go and of
    developer.hashicorp.com/terraform/internals/machine-readable-ui."""
    text = plain(text).replace("\r\n", "\n")
    found = dict.fromkeys((*_from_json(text), *(_from_block(b) for b in _blocks(text))))
    ordered = sorted(found, key=lambda d: d.severity != "error")
    return tuple(ordered[:MAXIMUM_DIAGNOSTICS])


def own_errors(stderr: str, stream: str = "") -> list[Diagnostic]:
    """The errors that are Terraform's own beyond doubt, whatever the configuration's messages hold. ``stderr``: what it
    said there; ``stream``: its machine-readable output, where it has one (one JSON object is one diagnostic).

    Without a box (``-no-color``) a message of the configuration may look like further errors. But Terraform sorts what it
    says: an error that names no place in a configuration comes before all that do (internal/tfdiags/diagnostics.go)."""
    blocks = [b for b in _blocks(plain(stderr).replace("\r\n", "\n")) if b[0].startswith("Error: ")]
    leading = itertools.takewhile(lambda block: not _names_a_place(block), blocks)
    said = (*_from_json(stream), *map(_from_block, leading))
    return [one for one in said if one.severity == "error"]


def _names_a_place(block: Sequence[str]) -> bool:
    return any(line.startswith(("  with ", "  on ")) for line in block)


def _blocks(text: str) -> Iterator[list[str]]:
    """The lines of each complaint, from its "Error: " on, out of their boxes. What another stream wrote into the
    middle of a box is not part of it; one box is one complaint, whatever stands in it."""
    block: list[str] = []
    boxed = False
    for line in text.split("\n"):
        if line.startswith(("╷", "╵")):
            boxed = line.startswith("╷")
            yield from filter(None, [block])
            block = []
        elif boxed and not line.startswith("│"):
            continue
        else:
            line = line[2:] if boxed else line
            if _BEGIN.match(line) and not (boxed and block):
                yield from filter(None, [block])
                block = [line]
            elif block:
                block.append(line)
    yield from filter(None, [block])


def _from_block(lines: Sequence[str]) -> Diagnostic:
    """``Error: summary`` / blank / indented ``with`` and ``on`` and the source / blank / detail."""
    head, _, rest = "\n".join(line.rstrip() for line in lines).partition("\n\n")
    severity, summary = _BEGIN.match(head.replace("\n", " ")).groups()  # type: ignore[union-attr]
    context, detail = "", rest
    if rest.startswith(("  with ", "  on ")):
        context, _, detail = rest.partition("\n\n")
    address, place = _ADDRESS.search(context), _PLACE.search(context)
    where = f"{place[1]}:{place[2]}" if place else ""
    return Diagnostic(severity.lower(), summary, _cut(detail), address[1] if address else "", where)


def _from_json(text: str) -> Iterator[Diagnostic]:
    """One object a line (``apply -json``), or one object that is all there is (``validate -json``)."""
    start = text.find("{\n")
    for candidate in (
        *(line for line in text.split("\n") if '"diagnostic"' in line),
        text[start:] if start >= 0 else "",
    ):
        try:
            data = strict_json.parse(candidate)
        except ValueError:
            continue
        if isinstance(data, dict):
            found_in = data.get("diagnostics", [data.get("diagnostic")])
            yield from (_from_data(one) for one in found_in if isinstance(one, dict))


def _from_data(data: Mapping[str, Any]) -> Diagnostic:
    place = data.get("range") or {}
    where = f"{place['filename']}:{place['start']['line']}" if "filename" in place and "start" in place else ""
    return Diagnostic(
        str(data.get("severity", "error")),
        str(data.get("summary", "")),
        _cut(str(data.get("detail", ""))),
        str(data.get("address", "")),
        where,
    )


def _cut(detail: str) -> str:
    detail = detail.strip("\n")
    return detail if len(detail) <= MAXIMUM_DETAIL else detail[:MAXIMUM_DETAIL] + " ... (cut: its log has all of it)"
