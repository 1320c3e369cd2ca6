"""The fields of a record as the keys of its object in the bucket. A key keeps the name it had first: older versions of
the tool read it, and this one reads theirs. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
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
    """Every field under its key."""
    data = asdict(one)
    return {KEYS.get(f.name, f.name): data[f.name] for f in fields(one) if f.metadata != NOT_STORED}


def from_data(kind: type[T], data: Mapping[str, Any]) -> T:
    """One of that kind, as far as it can be read: a field whose value has another type keeps its default."""
    empty, stored = kind(), [f.name for f in fields(kind) if f.metadata != NOT_STORED]
    found = {name: _as(type(getattr(empty, name)), data.get(KEYS.get(name, name))) for name in stored}
    return kind(**{name: value for name, value in found.items() if value is not None})


def _as(kind: type, value: object) -> object:
    """The value, where it is of that kind as JSON has it; None otherwise."""
    if kind is tuple and isinstance(value, list):
        return tuple(str(v) for v in value)
    if isinstance(value, bool) and kind is not bool:  # true is no number
        return None
    return value if isinstance(value, kind) or (kind is float and isinstance(value, int)) else None
