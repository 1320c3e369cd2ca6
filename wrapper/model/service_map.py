"""The services of a tenant, as a root declares them: a map from names to objects with a port and a path. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .nouns import ResolvedValue, Variable
from .path_patterns import EVERY_PATH, is_every_path

VARIABLE = "services"


def names(declared: Mapping[str, Variable], values: Mapping[str, ResolvedValue]) -> tuple[str, ...]:
    return tuple(services(declared, values))


def with_path(declared: Mapping[str, Variable], values: Mapping[str, ResolvedValue]) -> dict[str, str]:
    """The services of a tenant that answer for some paths, and not for all: name => path."""
    paths = {name: path_of(one) for name, one in services(declared, values).items()}
    return {name: path for name, path in paths.items() if path and not is_every_path(path)}


def services(declared: Mapping[str, Variable], values: Mapping[str, ResolvedValue]) -> dict[str, Mapping[str, Any]]:
    """A tenant's services by name; none where the root declares no map of them."""
    if not is_declared(declared):
        return {}
    found = values[VARIABLE].value if VARIABLE in values else declared[VARIABLE].default
    return {str(n): one for n, one in found.items() if isinstance(one, dict)} if isinstance(found, dict) else {}


def is_declared(declared: Mapping[str, Variable]) -> bool:
    variable = declared.get(VARIABLE)
    return variable is not None and is_map_of_services(variable.type)


def is_map_of_services(kind: list[Any]) -> bool:
    return kind[0] == "map" and kind[1][0] == "object" and "port" in kind[1][1]


def path_of(service: Mapping[str, object]) -> str:
    """What a service answers for; "" for a worker, which has no port, and no path of its own."""
    path = str(service.get("path") or EVERY_PATH)
    if is_every_path(path):
        return "" if service.get("port") is None else EVERY_PATH
    return path
