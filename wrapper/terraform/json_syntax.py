"""Terraform's JSON syntax -> the same data as :mod:`wrapper.terraform.hcl` makes of HCL. Pure.

Text in a file of values is literal, as in HCL here; an expression in a ``.tf.json`` stays a text.
Source: developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ..model.errors import ConfigError
from .exact_number import exact
from .hcl import MAXIMUM_DEPTH, Block, Located

_COMMENT = "//"  # the one key that Terraform passes over
# The blocks that are looked at, and how many labels each has; what else stands in a file is left alone.
_BLOCKS = {"variable": 1, "output": 1, "provider": 1, "terraform": 0, "locals": 0}
_INNER = {"backend": 1}


def parse_values(text: str, where: str) -> Located:
    """The values of a ``.tfvars.json``. Raises ConfigError with its place."""
    return {name: (value, 0) for name, value in _object(text, where).items() if name != _COMMENT}


def parse_blocks(text: str, where: str) -> tuple[Block, ...]:
    """The blocks of a ``.tf.json``. Raises ConfigError with its place."""
    return tuple(_blocks(_object(text, where), _BLOCKS, partial(_line, text), where))


def _object(text: str, where: str) -> dict[str, Any]:
    read = partial(exact, where=where)
    try:
        found = json.loads(
            text,
            object_pairs_hook=partial(_pairs, where=where),
            parse_float=read,
            parse_int=read,
            parse_constant=partial(_no_constant, where=where),
        )
    except RecursionError:
        raise ConfigError("nested too deeply", where=where) from None
    except json.JSONDecodeError as error:
        raise ConfigError(f"this is not JSON: {error.msg}", where=f"{where}:{error.lineno}") from None
    if not isinstance(found, dict):
        raise ConfigError("this is not a JSON object", where=where, hint='write { "name": value }')
    _check_depth(found, where)
    return found


def _pairs(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found and name != _COMMENT:
            raise ConfigError(f"{name[:60]} is set twice", where=where, hint="keep one of the two")
        found[name] = value
    return found


def _no_constant(text: str, where: str) -> None:
    raise ConfigError(f"this is not JSON: {text}", where=where, hint="JSON has no such number")


def _check_depth(value: Any, where: str) -> None:
    inside = [value]
    for _ in range(MAXIMUM_DEPTH + 1):
        inside = [item for one in inside for item in _items(one)]
    if inside:
        raise ConfigError("nested too deeply", where=where)


def _items(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


# -- blocks ---------------------------------------------------------------------------------------


def _blocks(body: Mapping[str, Any], kinds: Mapping[str, int], line: Any, where: str) -> Iterator[Block]:
    for kind, labels in kinds.items():
        for found, label in _labelled(body.get(kind), labels, where, kind):
            at = line(label or kind)
            attributes = {n: (v, at) for n, v in found.items() if n not in (*_INNER, _COMMENT)}
            inner = _blocks(found, _INNER, line, where) if kind == "terraform" else ()
            yield Block(kind, (label,) if label else (), attributes, tuple(inner), at)


def _labelled(found: Any, labels: int, where: str, kind: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Each body of a kind of block and its label: one object, or a list of them."""
    for one in found if isinstance(found, list) else [] if found is None else [found]:
        if not isinstance(one, dict):
            raise ConfigError(f"{kind} is no object", where=where, hint='write "variable": { "name": { ... } }')
        if not labels:
            yield one, ""
            continue
        for label, body in one.items():
            yield from ((inner, label) for inner, _ in _labelled(body, 0, where, f"{kind} {label[:60]}"))


def _line(text: str, name: str) -> int:
    """The line that says a name first."""
    return text.count("\n", 0, max(text.find(json.dumps(name, ensure_ascii=False)), 0)) + 1
