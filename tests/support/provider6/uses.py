"""What Terraform code uses of the AWS provider: the arguments that it sets, and the attributes that it reads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from terraform_text import Text

from wrapper.terraform import hcl

META = {"count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection"}
RESOURCE = r"(?<![\w.])(data\.)?(aws_\w+)\.\w+"
INDEX = r"(?:\[[^][]*(?:\[[^][]*\][^][]*)*\])*"  # one with brackets in it, such as [local.a[0]]
DIRECT = re.compile(rf"{RESOURCE}{INDEX}\.(\w+)")
SPLAT = re.compile(rf"values\({RESOURCE}\)\[\*\]\.(\w+)")
LOOP = re.compile(rf"\bfor (?:\w+, )?(\w+) in (?:values\()?{RESOURCE}\b(?![.\[])\)?")
LOCAL = re.compile(rf"^ *(\w+) += one\(values\({RESOURCE}\)\)$", re.MULTILINE)
EACH = re.compile(rf"for_each += {RESOURCE}$", re.MULTILINE)


@dataclass(frozen=True, order=True)
class Use:
    """``name``: an argument or attribute, in a block ``block.name``. ``set``: it is an argument."""

    place: str
    of: str  # "resource aws_x", "data aws_x"
    name: str
    set: bool


@cache
def facts() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((Path(__file__).parent / "schema.json").read_text())
    return read


def uses(text: str, file: str) -> Iterator[Use]:
    yield from arguments(text, file)
    yield from attributes(text, file)


def arguments(text: str, file: str) -> Iterator[Use]:
    for block in hcl.parse_blocks(text, file):
        if block.kind in ("resource", "data") and block.labels[0].startswith("aws_"):
            yield from _set(block, file, f"{block.kind} {block.labels[0]}", "")


def _set(block: hcl.Block, file: str, of: str, path: str) -> Iterator[Use]:
    for name, (_, line) in block.body.items():
        if path or name not in META:
            yield Use(f"{file}:{line}", of, path + name, set=True)
    for inner in block.blocks:
        name, content = (inner.labels[0], inner.blocks) if inner.kind == "dynamic" else (inner.kind, [inner])
        if path or name not in META:
            yield Use(f"{file}:{inner.line}", of, path + name, set=True)
            for body in content:
                yield from _set(body, file, of, f"{path}{name}.")


def attributes(text: str, file: str) -> Iterator[Use]:
    """Of a resource that is named, of each that a loop goes through, and of ``each.value``, ``self`` and a local."""
    said = Text(text)
    for at, data, kind, name in _read(said.code, text):
        yield Use(f"{file}:{said.line(at)}", f"{'data' if data else 'resource'} {kind}", name, set=False)


def _read(code: str, text: str) -> Iterator[tuple[int, str, str, str]]:
    for pattern in (DIRECT, SPLAT):
        yield from ((found.start(), found[1], found[2], found[3]) for found in pattern.finditer(code))
    for found in LOOP.finditer(code):
        yield from _names(code, found.end(), _end(code, found.end()), rf"\b{found[1]}\.(\w+)", found[2], found[3])
    for found in LOCAL.finditer(code):
        yield from _names(code, 0, len(code), rf"\blocal\.{found[1]}\.(\w+)", found[2], found[3])
    for found in EACH.finditer(code):
        end, dynamic = _end(code, found.end()), re.findall(r'\bdynamic "(\w+)"', text[: found.start()])
        for iterator in ("each", *dynamic[-1:]):
            yield from _names(code, found.end(), end, rf"\b{iterator}\.value\.(\w+)", found[1], found[2])
    for found in re.finditer(r'^resource "(aws_\w+)"', text, re.MULTILINE):
        yield from _names(code, found.end(), code.find("\n}", found.end()), r"\bself\.(\w+)", "", found[1])


def _names(code: str, start: int, end: int, pattern: str, data: str, kind: str) -> Iterator[tuple[int, str, str, str]]:
    for found in re.compile(pattern).finditer(code, start, end):
        yield found.start(), data, kind, found[1]


def _end(code: str, at: int) -> int:
    """Where the bracket closes that ``at`` is in."""
    depth = 0
    for place in range(at, len(code)):
        depth += (code[place] in "([{") - (code[place] in ")]}")
        if depth < 0:
            return place
    return len(code)


def unknown(use: Use) -> str:
    """What provider 6 would say of it; empty: nothing."""
    known: Any = facts()["schema"].get(use.of)
    if known is None:
        return "not in schema.json: run python tests/support/provider6/make.py"
    for part in use.name.split("."):
        known = known.get(part) if isinstance(known, dict) else None
        if known is None:
            return "there is no such name"
    return "it cannot be set" if use.set and known == "computed" else ""


def warned(use: Use) -> str:
    return str(facts()["deprecated"].get(use.of, {}).get(use.name, ""))
