"""The fields of a record as the keys of its object in the bucket. A key keeps the name it had first: older versions of
the tool read it, and this one reads theirs. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
KEYS = {
    "cli_vars": "given",
    "sensitive_names": "hidden",
    "build_url": "job",
    "reason": "why",
}  # the others: as the field


NOT_STORED = {"stored": False}  # of a field that says something of the object itself


def to_data(one: DataclassInstance) -> dict[str, Any]:
    """Every field under its key; the values are those of the record, and not to be changed."""
    return {key: getattr(one, name) for name, key, _ in _stored(type(one))}


def from_data(kind: type[T], data: Mapping[str, Any]) -> T:
    """One of that kind, as far as it can be read: a field whose value has another type keeps its default."""
    found = {name: _as(wanted, data.get(key)) for name, key, wanted in _stored(kind)}
    return kind(**{name: value for name, value in found.items() if value is not None})


@cache
def _stored(kind: type[DataclassInstance]) -> tuple[tuple[str, str, type], ...]:
    """Of each field that is stored its name, its key and the type of its value. A history has fifty entries."""
    empty = kind()
    stored = (f.name for f in fields(kind) if f.metadata != NOT_STORED)
    return tuple((name, KEYS.get(name, name), type(getattr(empty, name))) for name in stored)


def _as(kind: type, value: object) -> object:
    """The value, where it is of that kind as JSON has it; None otherwise."""
    if kind is tuple and isinstance(value, list):
        return tuple(str(v) for v in value)
    if isinstance(value, bool) and kind is not bool:  # true is no number
        return None
    return value if isinstance(value, kind) or (kind is float and isinstance(value, int)) else None
