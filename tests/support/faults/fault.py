"""A one-line fault: where it belongs, and how it is put into a copy of the source.

A fault names its place by module, function and text, not by a line's number: so it survives when code around it changes.
Where a function moves, only ``module`` (its path below wrapper/, without .py) changes in faults.json; where a name in it
changes, ``function``, ``before`` and ``after`` too.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FAULTS = Path(__file__).with_name("faults.json")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Fault:
    """``before`` and ``after`` are the line without its indentation."""

    id: str
    module: str
    function: str
    operator: str
    before: str
    after: str


def load(path: Path = FAULTS) -> list[Fault]:
    return [Fault(**row) for row in json.loads(path.read_text())["faults"]]


def apply(fault: Fault, package: Path) -> None:
    path = file_of(package, fault.module)
    path.write_text(faulty(path.read_text(), fault))


def file_of(package: Path, module: str) -> Path:
    for file in (package / f"{module}.py", package / module / "__init__.py"):
        if file.is_file():
            return file
    raise LookupError(f"no module {module}.py in {package.name}; name its new place in {FAULTS.name}")


def faulty(source: str, fault: Fault) -> str:
    """The source of the module with the fault in it."""
    lines = source.splitlines(keepends=True)
    index = _index(source, fault)
    lines[index] = lines[index].replace(fault.before, fault.after)
    return "".join(lines)


def _index(source: str, fault: Fault) -> int:
    named = [node for name, node in functions(ast.parse(source)) if name == fault.function]
    found = [i for node in named for i in places(source.splitlines(), node, fault.before)]
    if len(found) != 1:
        where = f"{fault.id}: {fault.module}.py, {fault.function}"
        raise LookupError(f"{where}: {len(found)} lines `{fault.before}`, not one; name its new place in {FAULTS.name}")
    return found[0]


def places(lines: list[str], node: Function, text: str) -> list[int]:
    """The lines of a function that are this text, counted from 0."""
    assert node.end_lineno
    return [i for i in range(node.lineno - 1, node.end_lineno) if lines[i].strip() == text]


def functions(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, Function]]:
    """Every function with its qualified name, those inside functions too."""
    for node in ast.iter_child_nodes(tree):
        below = f"{inside}{node.name}." if isinstance(node, Function | ast.ClassDef) else inside
        if isinstance(node, Function):
            yield below[:-1], node
        yield from functions(node, below)
