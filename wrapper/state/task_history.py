"""The tasks that were run by hand or by a pipeline for a layer, kept beside its state: when, by which author, with which result.
No argument and no value of an environment: those may be secrets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ..model import naming
from ..model.errors import BusyError
from ..model.stack import Layer, state_key
from ..model.versions import check_known
from . import conditional, layer_state
from .field_names import from_data, to_data
from .store import Store

OBJECT = "orchestrate-tasks.json"
KEPT = 50
_VERSION = 1
_TRIES = 10


@dataclass(frozen=True)
class TaskEntry:
    """``name``: of the declared task, or of the service whose definition it ran, or "hook" and that of a hook; ``result``: "0",
    "1", "detached", "stopped" or "not started"; ``builds``: those of the layer then."""

    at: str = ""
    by: str = ""
    name: str = ""
    task: str = ""
    result: str = ""
    reason: str = ""
    seconds: float = 0.0
    builds: dict[str, Any] = field(default_factory=dict)
    build_url: str = ""


def load(store: Store, layer: Layer) -> tuple[TaskEntry, ...]:
    """The oldest first; none where nothing is readable."""
    return _parse(store.read(_key(layer)), layer)


def add(store: Store, layer: Layer, entry: TaskEntry) -> None:
    """Written conditionally: what another command adds at the same moment stays."""
    form = (lambda data: _parse(data, layer)), _render
    if conditional.changed(store, _key(layer), form, lambda found: (*found, entry)[-KEPT:], _TRIES) is None:
        raise BusyError(f"{layer.label}: the task ran, but other commands keep writing its history", where=_key(layer))


def _parse(data: bytes | None, layer: Layer) -> tuple[TaskEntry, ...]:
    found = layer_state.data_in(data)
    check_known(found, _VERSION, "a history of tasks", _key(layer))
    listed = found.get("tasks") if isinstance(found, dict) else None
    return tuple(from_data(TaskEntry, one) for one in listed or () if isinstance(one, dict)) if listed else ()


def _render(entries: tuple[TaskEntry, ...]) -> bytes:
    tasks = [{k: v for k, v in to_data(one).items() if v} for one in entries]
    return json.dumps({"version": _VERSION, "tasks": tasks}, sort_keys=True).encode()


def _key(layer: Layer) -> str:
    return naming.beside(state_key(layer), OBJECT)
