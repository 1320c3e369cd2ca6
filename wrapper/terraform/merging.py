"""What becomes of a map that several sources of values write: the two rules, where each key comes from, and where the two rules
differ. Pure.

``deep``: maps are merged key by key at every depth; a list, like any other value, is replaced; null takes a key away, and no null
is passed on. ``replace``: the last source that names a variable wins, with all that it writes.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..model.nouns import ResolvedValue, Secret, Variable
from ..model.stack import MERGE_RULES
from .hcl import KeyLines
from .type_constraints import without_nulls

DEEP, REPLACE = MERGE_RULES
NO_LINES: KeyLines = {}


class Part(NamedTuple):
    """What one source says of a variable: ``where`` the variable stands, and the ``lines`` of its keys in that ``file``. A
    ``whole`` one is merged with nothing below it, and its nulls are values."""

    value: Any
    where: str
    file: str = ""
    lines: KeyLines = NO_LINES
    whole: bool = False


def overlay(below: Any, above: Any) -> Any:
    """``above`` laid over ``below``, key by key where both are maps."""
    if not isinstance(above, dict):
        return above
    result = dict(below) if isinstance(below, dict) else {}
    for key, value in above.items():
        name = _as_spelt(key, result)
        if value is None:
            result.pop(name, None)
        else:
            result[name] = overlay(result.get(name), value)
    return result


def _as_spelt(key: str, known: Mapping[str, Any]) -> str:
    """A key as it is written below: Terraform compares texts in Unicode's form C."""
    if key in known or key.isascii():
        return key
    same = unicodedata.normalize("NFC", key)
    return next((k for k in known if unicodedata.normalize("NFC", k) == same), key)


# -- where keys come from ---------------------------------------------------------------------------


def keys(value: ResolvedValue) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    """Each key of a map at every depth, with its value and its origin: the last source that has it. Nothing of another value,
    or of one that a command line gives."""
    if value.parts:
        yield from _keys((), value.value, value.parts)


def _keys(path: tuple[str, ...], value: Any, parts: Sequence[Part]) -> Iterator[tuple[tuple[str, ...], Any, str]]:
    if path and not (isinstance(value, dict) and value):
        yield path, value, _place(path, parts)
        return
    for key, inner in value.items():
        yield from _keys((*path, key), inner, parts)


def place(value: ResolvedValue, path: Sequence[str]) -> str:
    """Where a key of a map comes from."""
    return _place(path, value.parts) if value.parts else value.origin


def _place(path: Sequence[str], parts: Sequence[Part]) -> str:
    return next(place for part in reversed(parts) if (place := _in_part(path, part)))


def _in_part(path: Sequence[str], part: Part) -> str:
    """Where a part has this key; "" where it has none."""
    value, lines, line = part.value, part.lines, 0
    for key in path:
        if not isinstance(value, dict):
            return ""
        name = _as_spelt(key, value)
        if name not in value:
            return ""
        line, lines = lines.get(name, (line, {}))
        value = value[name]
    return f"{part.file}:{line}" if line else part.where


def shown(name: str, path: Sequence[str]) -> str:
    """A key as an expression of Terraform writes it: ``scaling.high.cpu``, ``environment["A.B"]``."""
    return name + "".join(f".{k}" if k.replace("-", "_").isidentifier() else f"[{json.dumps(k)}]" for k in path)


# -- where the rules differ -------------------------------------------------------------------------


@dataclass(frozen=True)
class MergeDifference:
    """A key that the two rules read in two ways. ``deep``, ``replaced``: its value by each, as a tuple of one; () where it is not
    set. ``origin``: where the key stands; ``where``: the last source that names the variable."""

    variable: Variable
    path: tuple[str, ...]
    deep: tuple[Any, ...]
    replaced: tuple[Any, ...]
    origin: str
    where: str

    @property
    def key(self) -> str:
        return shown(self.variable.name, self.path)

    def text(self, rule: str) -> str:
        """Its value by a rule, in words."""
        value = self.shown(self.deep if rule == DEEP else self.replaced)
        return json.dumps(value[0], ensure_ascii=False) if value else "not set"

    def shown(self, value: tuple[Any, ...]) -> tuple[Any, ...]:
        """One of its values as it may be shown."""
        return (Secret("***"),) if value and self.variable.sensitive else value


def same(one: ResolvedValue, other: ResolvedValue, variable: Variable) -> bool:
    """Whether Terraform gets the same: an optional attribute that is null is one that is not set."""
    if one.value is other.value or repr(one.value) == repr(other.value):
        return True
    return _text(without_nulls(one.value, variable.type)) == _text(without_nulls(other.value, variable.type))


def differences(
    deep: Mapping[str, ResolvedValue], replaced: Mapping[str, ResolvedValue], declared: Mapping[str, Variable]
) -> list[MergeDifference]:
    """Each key that differs, in the order of the variables' names."""
    names = sorted(n for n in {*deep, *replaced} if deep.get(n) is not replaced.get(n))
    return [d for n in names for d in _differences(declared[n], deep.get(n), replaced.get(n))]


def _differences(
    variable: Variable, deep: ResolvedValue | None, replaced: ResolvedValue | None
) -> Iterator[MergeDifference]:
    if deep and replaced and same(deep, replaced, variable):
        return
    where = (replaced or deep or ResolvedValue(None, "")).origin
    sides = [(without_nulls(v.value, variable.type),) if v else () for v in (deep, replaced)]
    for path, *values in _unequal((), sides[0], sides[1]):
        parts = deep.parts if deep and values[0] else replaced.parts if replaced else ()
        origin = _place(path, parts) if parts else where
        yield MergeDifference(variable, path, values[0], values[1], origin, where)


def _unequal(
    path: tuple[str, ...], one: tuple[Any, ...], other: tuple[Any, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...], tuple[Any, ...]]]:
    if not (one and other and isinstance(one[0], dict) and isinstance(other[0], dict)):
        if _text(one) != _text(other):
            yield path, one, other
        return
    for key in {**one[0], **other[0]}:
        yield from _unequal((*path, key), *((s[0][key],) if key in s[0] else () for s in (one, other)))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
