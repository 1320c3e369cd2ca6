"""``hooks`` of stack.hcl: programs of the project's that run before and after a command, read and checked. Pure."""

from __future__ import annotations

from typing import Any

from ..model import duration
from ..model.errors import ConfigError, UsageError
from ..model.naming import nearest
from ..model.stack import Hook
from ..terraform.commands import VERBS

_VERBS = [verb for verb in VERBS.values() if verb.recorded or verb.plans]
EVENTS = tuple(f"{when}_{verb.name}" for verb in _VERBS for when in ("before", "after", "failed"))
PLACES = ("host", "container")
_FIELDS = ("on", "command", "timeout", "place")
_EXAMPLE = (
    'for example: hooks = { freeze = { on = ["before_apply"], command = ["scripts/check-freeze"], timeout = "1m" } }'
)


def parse(value: Any, where: str) -> tuple[Hook, ...]:
    """In the order in which they stand there. ConfigError, with the line, for what is of another form."""
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise ConfigError("hooks: give a map of names to hooks", where=where, hint=_EXAMPLE)
    return tuple(_hook(str(name), one, where) for name, one in value.items())


def _hook(name: str, one: dict[str, Any], where: str) -> Hook:
    label = f"hooks: {name}"
    for field in one:
        _check_known(f"{label}: field", field, _FIELDS, where)
    on, command = (_texts(one.get(field), f"{label}: {field}", where) for field in ("on", "command"))
    for event in on:
        _check_known(f"{label}: event", event, EVENTS, where)
    place = one.get("place", "host")
    _check_known(f"{label}: place", place, PLACES, where)
    return Hook(name, on, command, _time(one.get("timeout", "5m"), label, where), place)


def _texts(value: Any, label: str, where: str) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and value and all(isinstance(one, str) for one in value) and value[0]:
        return tuple(value)
    raise ConfigError(f"{label}: give a list of texts", where=where, hint=_EXAMPLE)


def _check_known(label: str, value: Any, known: tuple[str, ...], where: str) -> None:
    if value in known:
        return
    close = nearest(str(value), known)
    hint = f"did you mean {close}?" if close else f"known: {', '.join(known)}"
    raise ConfigError(f"{label} {value!r} is not known", where=where, hint=hint)


def _time(value: Any, label: str, where: str) -> str:
    try:
        duration.parse(str(value))
    except UsageError as error:
        raise ConfigError(f"{label}: timeout: {error.message}", where=where, hint=error.hint) from None
    return str(value)
