"""The table of a module's inputs with the names that AWS has for them. aws_names.tsv holds the names, the code the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from wrapper.terraform import hcl
from wrapper.terraform.type_constraints import parse_type

NAMES = Path(__file__).with_name("aws_names.tsv")


@dataclass(frozen=True)
class Name:
    """``input``: with ``*`` for any part of a name. Without ``api`` AWS has no word for it."""

    module: str
    input: str
    api: str = ""
    field: str = ""

    def fits(self, module: str, path: str) -> bool:
        return fnmatchcase(module, self.module) and fnmatchcase(path, self.input)


@cache
def names() -> tuple[Name, ...]:
    lines = NAMES.read_text().splitlines()
    return tuple(Name(*line.split("\t")) for line in lines if line and not line.startswith("#"))


def found(module: str, path: str) -> Name | None:
    return next((name for name in names() if name.fits(module, path)), None)


def inputs(folder: Path) -> Iterator[str]:
    """Each value that a caller can give, such as ``containers.<name>.port``."""
    for file in sorted(folder.glob("*.tf")):
        for block in hcl.parse_blocks(file.read_text(), str(file)):
            if block.kind == "variable":
                kind, _ = block.body["type"]
                yield from _leaves(block.labels[0], parse_type(kind.text if isinstance(kind, hcl.Expression) else kind))


def _leaves(path: str, kind: list[Any]) -> Iterator[str]:
    if kind[0] == "object":
        for name, (inner, *_) in kind[1].items():
            yield from _leaves(f"{path}.{name}", inner)
    elif kind[0] in ("map", "set", "list") and kind[1][0] in ("object", "map"):
        yield from _leaves(f"{path}.<name>" if kind[0] == "map" else path, kind[1])
    else:
        yield path


def table(folder: Path) -> str:
    """The others are the module's own: AWS has no word for them."""
    rows = [(path, name) for path in inputs(folder) if (name := found(folder.name, path)) and name.api]
    head = ["| input | AWS calls it | in |", "|---|---|---|"] if rows else []
    return "\n".join([*head, *(f"| `{path}` | {name.field} | {name.api} |" for path, name in rows)])
