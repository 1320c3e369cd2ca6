"""The house's own habits of Terraform code, as rules like those of tests/support/terraform_rules.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from terraform_rules import Folder, Rule

from wrapper.terraform import hcl
from wrapper.terraform.type_constraints import parse_type

MOST_VARIABLES, MOST_LINES = 16, 250


def configures_nothing(folder: Folder) -> Iterator[str]:
    """A module leaves providers to its caller; nobody here configures a backend: the tool writes it."""
    if folder.module:
        yield from (f"{place} a module configures no provider" for place, _ in folder.of("provider"))
    for place, block in folder.of("terraform"):
        yield from (f"{place} the tool writes the {b.kind}" for b in block.blocks if b.kind in ("backend", "cloud"))


def few_variables(folder: Folder) -> Iterator[str]:
    count = len(list(folder.of("variable")))
    if folder.module and count > MOST_VARIABLES:
        yield f"variables.tf:1 {count} variables; gather them in objects, {MOST_VARIABLES} at most"


def validated_variables(folder: Folder) -> Iterator[str]:
    """In a module every variable says what it refuses; a bool refuses by its type."""
    for place, block in folder.of("variable"):
        kind = block.body.get("type", (hcl.Expression(""), 0))[0]
        if folder.module and kind != hcl.Expression("bool") and not any(b.kind == "validation" for b in block.blocks):
            yield f"{place} {block.labels[0]} has no validation"


def small_files(folder: Folder) -> Iterator[str]:
    """Files that are read from top to bottom. In variables.tf one looks a name up, as in a dictionary."""
    for name, text in folder.files.items():
        if text.count("\n") >= MOST_LINES and name != "variables.tf":
            yield f"{name}:{MOST_LINES} is too long: name a second file for a second thing"


def dropped_keys(root: Folder, call: hcl.Block, module: Folder) -> Iterator[str]:
    """Keys that a root's variable knows and what it is passed to does not (alone, merged with more, or in an object)."""
    given, taken = types(root), types(module)
    for name, (value, _) in call.body.items():
        for variable, key in _passed(getattr(value, "text", "")):
            kind = taken.get(name) if key is None else _attribute(taken.get(name), key)
            if variable in given and kind is not None:
                for path in unknown(given[variable], kind, variable):
                    yield f"{next(p for p, b in root.of('module') if b == call)} {path} is dropped by module {call.labels[0]}"


def _passed(expression: str) -> Iterator[tuple[str, str | None]]:
    """The root's variables that an expression hands over whole: each with the attribute it becomes, None for all of it."""
    whole = re.fullmatch(r"(?:merge\()?(?:[\w.]+, )?var\.([\w-]+)(?:, \{.*)?\)?", expression, re.DOTALL)
    if whole:
        yield whole[1], None
    elif expression.startswith("{"):
        yield from ((variable, key) for key, variable in re.findall(r"(\w+)\s*=\s*var\.([\w-]+)\s*[,\n}]", expression))


def _attribute(kind: list[Any] | None, key: str) -> list[Any] | None:
    return kind[1][key][0] if kind and kind[0] == "object" and key in kind[1] else None


def types(folder: Folder) -> dict[str, list[Any]]:
    return {
        b.labels[0]: parse_type(getattr(b.body.get("type", ("", 0))[0], "text", "any"))
        for _, b in folder.of("variable")
    }


def unknown(given: list[Any], taken: list[Any], path: str) -> Iterator[str]:
    if given[0] == taken[0] == "object":
        for key, (kind, _) in given[1].items():
            if key not in taken[1]:
                yield f"{path}.{key}"
            else:
                yield from unknown(kind, taken[1][key][0], f"{path}.{key}")
    elif given[0] == taken[0] and given[0] in ("map", "list", "set"):
        yield from unknown(given[1], taken[1], f"{path}[]")


HABITS: tuple[Rule, ...] = (configures_nothing, few_variables, validated_variables, small_files)
