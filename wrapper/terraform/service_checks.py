"""Whether the services of a tenant have good names, a path that no other answers for, and the queues to which they send. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from ..model import naming
from ..model.errors import ConfigError, UsageError
from ..model.nouns import ResolvedValue, Variable
from ..model.path_patterns import contains
from ..model.service_map import VARIABLE, is_map_of_services, path_of, services
from .merging import place

QUEUES = "queue_tasks"
_FIRST = "service1"  # the tenant's own queue tasks are those of this service


def check(declared: Mapping[str, Variable], values: Mapping[str, ResolvedValue], label: str) -> None:
    """ConfigError with the lines where the services of a tenant are none, badly named, or two have one path. A variable of that
    name and of another type is the root's own affair."""
    variable = declared[VARIABLE]
    found = values.get(VARIABLE) or ResolvedValue(variable.default, variable.where)
    if not (is_map_of_services(variable.type) and isinstance(found.value, dict)):
        return
    named = services(declared, values)
    if not named:
        hint = "name one, such as services = { service1 = { port = 8080 } }"
        raise ConfigError(f"{label} has no service", where=found.origin, hint=hint)
    for name in named:
        _check_name(name, found)
    _check_paths({n: path for n, one in named.items() if (path := path_of(one))}, found, label)
    if QUEUES in set(variable.type[1][1]):
        of_tenant = values[QUEUES].value if QUEUES in values else None
        _check_queues(named, {_FIRST: of_tenant} if _FIRST in named else {}, found, label)


def _check_name(name: str, found: ResolvedValue) -> None:
    try:
        naming.check_name("service", name)
    except UsageError as error:
        raise ConfigError(error.message, where=place(found, (name,)), hint=error.hint) from None


def _check_paths(paths: Mapping[str, str], found: ResolvedValue, label: str) -> None:
    """ConfigError for two that answer for the same paths, however they are written: ``/*`` and ``*``."""
    for (other, first), (name, path) in itertools.combinations(paths.items(), 2):
        if contains(first, path) and contains(path, first):
            alike = f", {path}" if path == first else f": {first} and {path} are the same"
            raise ConfigError(
                f"{label}: the services {other} and {name} have one path{alike}",
                where=_line(name, found),
                hint=f"that of {other} is in {_line(other, found)}: give one of them a path of its own",
            )


def _check_queues(
    named: Mapping[str, Mapping[str, Any]], of_tenant: Mapping[str, Any], found: ResolvedValue, label: str
) -> None:
    """ConfigError for a service that sends to a queue which no other has, or two have: a name, or ``service/name``."""
    tasks = {name: {**_map(of_tenant.get(name)), **_map(one.get(QUEUES))} for name, one in named.items()}
    for name, one in named.items():
        others = [(other, queue) for other, queues in tasks.items() if other != name for queue in queues]
        for asked in _list(one.get("queues")):
            meant = [f"{other}/{queue}" for other, queue in others if asked in (queue, f"{other}/{queue}")]
            if len(meant) != 1:
                raise ConfigError(
                    f"{label}: {name} sends to the queue {asked}, which {'two services have' if meant else 'no other service has'}",
                    where=place(found, (name, "queues")),
                    hint=f"say which: {' or '.join(meant)}" if meant else _queue_hint(asked, others),
                )


def _queue_hint(asked: str, others: list[tuple[str, str]]) -> str:
    close = naming.nearest(asked, [text for other, queue in others for text in (queue, f"{other}/{queue}")])
    if close:
        return f"did you mean {close}?"
    known = (
        f"those of the others are {', '.join(f'{o}/{q}' for o, q in others)}" if others else "no other service has one"
    )
    return f"a queue is a name in {QUEUES} of a service; {known}"


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, (list, tuple, set)) else []


def _line(name: str, found: ResolvedValue) -> str:
    """Where its path stands, or the service that says none."""
    path = (name, "path") if found.value[name].get("path") else (name,)
    return place(found, path)
