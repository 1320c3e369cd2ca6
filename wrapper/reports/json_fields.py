"""The fields of a report that was read, each of one kind; anything else is refused with its place. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from ..model.errors import ConfigError

MADE_BY = "give the file that --report wrote"
T = TypeVar("T")


@dataclass(frozen=True)
class Fields:
    """An object of the document, asked for one field after the other, each of one kind. ``version``: the schema's;
    ``path``: where in the document the object stands."""

    data: Mapping[str, Any]
    where: str
    version: int
    path: str = ""

    def has(self, name: str, since: int) -> bool:
        """Whether an optional field is there that versions know ``since``."""
        return self.version >= since and name in self.data

    def of(self, name: str, kind: str, test: Callable[[Any], bool]) -> Any:
        if name not in self.data:
            raise self.wrong(name, "is missing")
        value = self.data[name]
        if not test(value):
            raise self.wrong(name, f"must be {kind}, not {json.dumps(value)[:60]}")
        return value

    def wrong(self, name: str, what: str) -> ConfigError:
        return ConfigError(
            f"not a report of version {self.version}: {self.path}{name} {what}", where=self.where, hint=MADE_BY
        )

    def text(self, name: str) -> str:
        return str(self.of(name, "text", lambda v: isinstance(v, str)))

    def text_or_none(self, name: str) -> str | None:
        value = self.of(name, "text or null", lambda v: v is None or isinstance(v, str))
        return None if value is None else str(value)

    def number(self, name: str) -> float:
        return float(self.of(name, "a number from 0", _is_measure))

    def count(self, name: str) -> int:
        return int(self.of(name, "a whole number from 0", lambda v: _is_measure(v) and v == int(v)))

    def exit_code(self, name: str) -> int:
        """Of a process: a larger one would be taken modulo 256, and 256 for a success."""
        return int(self.of(name, "an exit code from 0 to 255", lambda v: _is_measure(v) and v == int(v) and v < 256))

    def moment(self, name: str) -> float:
        return _seconds(self.of(name, "a moment as 2026-01-02T03:04:05.678Z", lambda v: _seconds(v) is not None)) or 0.0

    def moment_or_none(self, name: str) -> float | None:
        return None if name in self.data and self.data[name] is None else self.moment(name)

    def one(self, name: str, make: Callable[[Fields], T]) -> T | None:
        value = self.of(name, "an object or null", lambda v: v is None or isinstance(v, dict))
        return None if value is None else make(self._below(value, name))

    def each(self, name: str, make: Callable[[Fields], T]) -> tuple[T, ...]:
        return tuple(make(fields) for fields in self._objects(name))

    def named(self, name: str, make: Callable[[str, Fields], T]) -> tuple[T, ...]:
        """An object of objects, by their names."""
        values = self.of(name, "an object of objects", _is_map_of_objects)
        return tuple(make(key, self._below(values[key], f"{name}.{key}")) for key in sorted(values))

    def _objects(self, name: str) -> Iterator[Fields]:
        values = self.of(name, "a list of objects", _is_list_of(dict))
        return (self._below(v, f"{name}[{i}]") for i, v in enumerate(values))

    def _below(self, data: Mapping[str, Any], name: str) -> Fields:
        return replace(self, data=data, path=f"{self.path}{name}.")

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self.of(name, "a list of texts", _is_list_of(str)))

    def shard(self, name: str) -> str:
        return str(self.of(name, 'a shard as "2/8", or ""', lambda v: v == "" or _is_shard(v)))


def _is_measure(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e12


def _is_list_of(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(v, kind) for v in value)


def _is_map_of_objects(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(v, dict) for v in value.values())


def _is_shard(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,5}/[1-9][0-9]{0,5}", value) is not None


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)


def _seconds(value: Any) -> float | None:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        return None
