"""Fields of configuration as code, as a plugin publishes them: which there are, and of which kind each is. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..model.errors import ConfigError
from ..model.naming import nearest

TEXT, NUMBER, FLAG = "a text", "a whole number", "true or false"
NUMERAL = "a whole number, which the plugin keeps as a text"
LIMIT = "a whole number, or -1 for none"
# A field's name -> TEXT, NUMBER, FLAG, NUMERAL, the CascFields of each record in a list, a OneObject, or the words that it may be.
CascFields = Mapping[str, Any]
_FLAGS = {"true": True, "false": False}


class OneObject(dict[str, Any]):
    """The fields of an object, where CascFields alone are those of each record in a list."""


def mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"must be an object, not {value!r}", where=where)
    return value


def checked(values: Any, fields: CascFields, where: str, plugin: str) -> dict[str, Any]:
    """The fields that are set, in the plugin's order, each of its kind."""
    values = mapping(values, where)
    for name in values:
        if name not in fields:
            close = nearest(name, fields)
            raise ConfigError(
                f"the {plugin} plugin has no field {name!r} here",
                where=where,
                hint=f"did you mean {close}?" if close else f"it has: {', '.join(fields)}",
            )
    given = ((name, kind) for name, kind in fields.items() if values.get(name) is not None)
    found = {name: _of_kind(values[name], kind, f"{where}.{name}", plugin) for name, kind in given}
    return {name: value for name, value in found.items() if value != []}


def _of_kind(value: Any, kind: Any, where: str, plugin: str) -> Any:
    if isinstance(kind, OneObject):
        return checked(value, kind, where, plugin)
    if isinstance(kind, Mapping):
        if not isinstance(value, list):
            raise ConfigError(f"must be a list of {{{', '.join(kind)}}}", where=where)
        return [checked(record, kind, f"{where}[{at}]", plugin) for at, record in enumerate(value)]
    if isinstance(kind, tuple):
        return _word(value, kind, where)
    if kind is TEXT and isinstance(value, str):
        return value
    if kind is FLAG and (isinstance(value, bool) or value in _FLAGS):
        return value if isinstance(value, bool) else _FLAGS[value]
    if kind is LIMIT and str(value) == "-1":
        return -1
    if kind in (NUMBER, NUMERAL, LIMIT) and not isinstance(value, bool) and re.fullmatch(r"\d+", str(value)):
        return str(value) if kind is NUMERAL else int(value)
    raise ConfigError(f"must be {kind}, not {value!r}", where=where)


def _word(value: Any, words: tuple[str, ...], where: str) -> Any:
    if value not in words:
        raise ConfigError(f"must be one of {', '.join(words)}, not {value!r}", where=where)
    return value
