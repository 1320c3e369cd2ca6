"""Terraform's type constraints as plain lists, and whether a value fits one. Pure.

``["string"]``, ``["map", T]``, ``["object", {name: [T, optional]}]``, ``["tuple", [T...]]``, ``["any"]``.
Source of the rules: developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from ..model.naming import nearest

ANY = ["any"]
_TOKEN = re.compile(
    r'\s*(?:#[^\n]*|//[^\n]*|/\*.*?\*/|([A-Za-z_][\w-]*)|("(?:\\.|[^"\\])*")|(-?\d+(?:\.\d+)?)|([(){}\[\],=:]))',
    re.DOTALL,
)
_COLLECTIONS = ("list", "set", "map")


@cache
def parse_type(text: str) -> Any:
    """A ``type = ...`` expression as data; ``any`` where it says nothing that can be checked."""
    tokens = [m[m.lastindex] for m in _TOKEN.finditer(text.strip().strip('"')) if m.lastindex]
    try:
        return _Reader(tokens).type()
    except (IndexError, ValueError):
        return ANY


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at]

    def take(self, expected: str = "") -> str:
        token = self.tokens[self.at]
        if expected and token != expected:
            raise ValueError(token)
        self.at += 1
        return token

    def type(self) -> list[Any]:
        word = self.take()
        if word in ("string", "number", "bool", "any"):
            return [word]
        if word in ("list", "map", "set") and (self.at >= len(self.tokens) or self.peek() != "("):
            return [word, ANY]
        self.take("(")
        inner = self._inside(word)
        self.take(")")
        return [word, inner]

    def _inside(self, word: str) -> Any:
        if word in _COLLECTIONS:
            return self.type()
        if word == "object":
            return self._attributes()
        if word == "tuple":
            return self._elements()
        raise ValueError(word)

    def _attributes(self) -> dict[str, list[Any]]:
        result: dict[str, list[Any]] = {}
        self.take("{")
        while self.peek() != "}":
            name = self.take().strip('"')
            self.take()
            result[name] = self._attribute()
            if self.peek() == ",":
                self.take()
        self.take("}")
        return result

    def _attribute(self) -> list[Any]:
        if self.peek() != "optional":
            return [self.type(), False]
        self.take()
        self.take("(")
        kind = self.type()
        self._skip_default()
        return [kind, True]

    def _skip_default(self) -> None:
        depth = 1
        while depth:
            token = self.take()
            depth += (token in "({[") - (token in ")}]")  # noqa: S105

    def _elements(self) -> list[Any]:
        result = []
        self.take("[")
        while self.peek() != "]":
            result.append(self.type())
            if self.peek() == ",":
                self.take()
        self.take("]")
        return result


def empty(kind: list[Any]) -> Any:
    """The value of a type that says nothing."""
    if kind[0] == "object":
        return {name: empty(inner) for name, (inner, optional) in kind[1].items() if not optional}
    if kind[0] == "tuple":
        return [empty(inner) for inner in kind[1]]
    plain: dict[str, Any] = {"number": 0, "bool": False, "list": [], "set": [], "map": {}}
    return plain.get(kind[0], "")


def without_nulls(value: Any, kind: list[Any]) -> Any:
    """The same for Terraform, in one form: an optional attribute of an object that is null is one that is not set."""
    if not isinstance(value, dict) or kind[0] not in ("object", "map"):
        return value
    if kind[0] == "map":
        return {key: without_nulls(item, kind[1]) for key, item in value.items()}
    inner = {name: kind[1].get(name, (ANY, True)) for name in value}
    kept = {name for name, item in value.items() if item is not None or not inner[name][1]}
    return {name: without_nulls(item, inner[name][0]) for name, item in value.items() if name in kept}


def mismatch(value: Any, kind: list[Any], path: str, *, partial: bool = False) -> str:
    """What is wrong with ``value`` as a ``kind``, in words; "" when it fits. ``partial``: it is one of several that are merged, so
    that what an object lacks may stand in another.

    Stricter than Terraform in one thing: an unknown key of an ``object()`` is a mistake here,
    where Terraform drops it in silence."""
    found = _mismatches(value, kind, path)
    return next((text for text in found if not (partial and isinstance(text, Missing))), "")


class Missing(str):
    """That an object lacks something."""


def _mismatches(value: Any, kind: list[Any], path: str) -> Iterator[str]:
    if value is None or kind[0] == "any":
        return
    if kind[0] in _SIMPLE:
        if not _SIMPLE[kind[0]](value):
            yield f"{path} must be a {kind[0]}, not {_shown(value)}"
    elif kind[0] in ("list", "set", "tuple"):
        yield from _in_list(value, kind, path)
    elif not isinstance(value, dict):
        yield f"{path} must be {'an object' if kind[0] == 'object' else 'a map'}, not {_shown(value)}"
    elif kind[0] == "map":
        for key, item in value.items():
            yield from _mismatches(item, kind[1], f"{path}[{key!r}]".replace("'", '"'))
    else:
        yield from _in_object(value, kind[1], path)


def _in_list(value: Any, kind: list[Any], path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path} must be a {kind[0]}, not {_shown(value)}"
        return
    kinds = kind[1] if kind[0] == "tuple" else [kind[1]] * len(value)
    if len(kinds) != len(value):
        yield f"{path} must have {len(kinds)} elements, not {len(value)}"
    for index, (item, one) in enumerate(zip(value, kinds, strict=False)):
        yield from _mismatches(item, one, f"{path}[{index}]")


def _in_object(value: dict[str, Any], attributes: dict[str, list[Any]], path: str) -> Iterator[str]:
    for name in value:
        if name not in attributes:
            close = nearest(name, attributes)
            yield f"{path}.{name} is not known" + (f"; did you mean {close}?" if close else "")
    for name, (kind, optional) in attributes.items():
        if name in value:
            yield from _mismatches(value[name], kind, f"{path}.{name}")
        elif not optional:
            yield Missing(f"{path}.{name} is missing")


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return bool(re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", value))
    return isinstance(value, int | float) and not isinstance(value, bool)


_SIMPLE: dict[str, Callable[[Any], bool]] = {
    "string": lambda v: isinstance(v, str | int | float | bool),
    "number": _is_number,
    "bool": lambda v: isinstance(v, bool) or v in ("true", "false", "1", "0"),
}


def _shown(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a bool", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)
