"""The state bucket: which states there are, their outputs, and what is kept beside them.

Reads a state's ``outputs`` straight from its object (format version 4, unchanged since Terraform 0.12):
20 ms instead of half a second and a container. Never writes a state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..model import naming, strict_json
from ..model.errors import BusyError, ConfigError, NewerError
from ..model.stack import Layer, Stack, state_key
from . import conditional, history, record
from .history import History, HistoryEntry
from .record import DeploymentRecord
from .store import Store

RECORD = "orchestrate.json"
HISTORY = "orchestrate-history.json"  # a register takes no note of it
LIFETIME = "orchestrate-lifetime.json"  # what :mod:`wrapper.state.lifetime` knows of
_FORMAT = 4  # of states, since Terraform 0.12
_TRIES = 10  # to write it, while others do


def load(store: Store, layer: Layer) -> dict[str, Any] | None:
    """The layer's state as data, or None where it has none. A damaged one is a ConfigError: Terraform
    would take an empty object for "no state" and plan to make everything again."""
    return found[0] if (found := load_tagged(store, layer)) else None


def load_tagged(store: Store, layer: Layer) -> tuple[dict[str, Any], str] | None:
    """The layer's state as data and its object's tag, or None. Raises as :func:`load` does."""
    key = state_key(layer)
    found = store.read_tagged(key)
    if found is None:
        return None
    data, tag = found
    try:
        state = strict_json.parse(data)
        if _is_state(state):
            _check_format(state, layer, key)
            return state, tag
    except ValueError:
        pass
    how = store.restoring(key)
    raise ConfigError(
        f"the state of {layer.label} is damaged ({len(data)} bytes)",
        where=key,
        hint="restore an earlier version of that object before anything else; see docs/state.md"
        + (f". The last one: {how}" if how else ""),
    )


def _check_format(state: Mapping[str, Any], layer: Layer, key: str) -> None:
    version = state["version"]
    if isinstance(version, int) and version > _FORMAT:
        raise NewerError(
            f"the state of {layer.label} has format {version}; this orchestrate knows {_FORMAT}",
            where=key,
            hint="use the Terraform, and the orchestrate, that wrote it. The state is as it was",
        )


def _is_state(data: Any) -> bool:
    if not isinstance(data, dict) or "version" not in data:
        return False
    found, resources = data.get("outputs") or {}, data.get("resources") or []
    whole = isinstance(found, dict) and all(isinstance(one, dict) for one in found.values())
    return whole and isinstance(resources, list)


def outputs(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """Output values by name."""
    return {name: out.get("value") for name, out in ((state or {}).get("outputs") or {}).items()}


def same_content(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two states of one lineage say the same. A plan that is stopped may write the state again: Terraform compares
    the results of its checks in the order of a map, which is another each time (internal/states/statefile/version4.go)."""
    return bool(one) and _content(one) == _content(other)


def _content(state: Mapping[str, Any]) -> dict[str, Any]:
    said = {k: v for k, v in state.items() if k not in ("serial", "terraform_version")}
    return {**said, "check_results": _unordered(said.get("check_results"))}


def _unordered(value: object) -> object:
    """The same, each list in it sorted."""
    if isinstance(value, dict):
        return {k: _unordered(v) for k, v in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(v) for v in value), key=lambda v: json.dumps(v, sort_keys=True))
    return value


def named(state: Mapping[str, Any] | None) -> dict[str, Any]:
    """{serial, lineage} of a state; {} where there is none."""
    return {"serial": state.get("serial"), "lineage": state.get("lineage")} if state else {}


def is_empty(state: dict[str, Any] | None) -> bool:
    return not (state or {}).get("resources")


def deployed(store: Store, stack: Stack) -> list[str]:
    """Tenants that have a state, by name."""
    prefix = naming.tenants_prefix(stack.region, stack.name)
    found = (k.removeprefix(prefix).split("/") for k in store.listing(prefix))
    return sorted({parts[0] for parts in found if len(parts) == 2 and parts[1] == naming.STATE_FILE})


def stateful(store: Store, stack: Stack) -> frozenset[str]:
    """Layers that have a state, by tenant; "" is the stack's own."""
    stack_layer = [""] if has_state(store, Layer(stack)) else []
    return frozenset([*stack_layer, *deployed(store, stack)])


def has_state(store: Store, layer: Layer) -> bool:
    """Whether there is a state object, whatever is in it."""
    return state_key(layer) in store.listing(state_key(layer))


def record_key(layer: Layer) -> str:
    return naming.beside(state_key(layer), RECORD)


def load_record(store: Store, layer: Layer) -> DeploymentRecord:
    """What the last successful apply left beside the state; an empty one where there is nothing readable. NewerError
    for what a newer orchestrate left."""
    key = record_key(layer)
    return record.parse(data_in(store.read(key)), key)


def damaged_record(store: Store, layer: Layer, hint: str = "") -> ConfigError:
    """The error for a record that cannot be read. ``hint``: what helps beside an earlier version of it."""
    key = record_key(layer)
    how = store.restoring(key)
    return ConfigError(
        f"the record of {layer.label} is damaged: which builds run is not known",
        where=key,
        hint="; or ".join(
            filter(None, (f"put back an earlier version of that object{f': {how}' if how else ''}", hint))
        ),
    )


def data_in(text: bytes | None) -> Any:
    """What an object beside a state holds; None where it is no JSON."""
    try:
        return strict_json.parse(text or b"{}")
    except ValueError:
        return None


def change_record(store: Store, layer: Layer, change: Callable[[DeploymentRecord], DeploymentRecord]) -> None:
    """Change it, and what others write at the same moment stays: read again where one came between."""
    key = record_key(layer)
    form = (lambda data: record.parse(data_in(data), key)), _record_bytes
    if conditional.changed(store, key, form, change, _TRIES) is not None:
        return
    raise BusyError(
        f"{layer.label}: other commands keep writing its record",
        where=record_key(layer),
        hint="let one command at a time change a layer",
    )


def drop_if_empty(store: Store, layer: Layer) -> None:
    """Remove a record that says nothing any more. What another command has written since stays."""
    key = record_key(layer)
    data, tag = store.read_tagged(key) or (None, "")
    if data is not None and record.parse(data_in(data), key) == DeploymentRecord():
        store.delete_if(key, tag)


def _history_bytes(applies: History) -> bytes:
    return _json(history.as_data(applies))


def _json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, sort_keys=True).encode()


def _record_bytes(one: DeploymentRecord) -> bytes:
    return render_record(one.as_data())


def render_record(data: Mapping[str, Any]) -> bytes:
    """A record's data, as it is written."""
    return json.dumps(data, indent=2, sort_keys=True).encode()


def load_history(store: Store, layer: Layer) -> History:
    """The layer's applies, the newest last; none where nothing is readable. NewerError as of a record."""
    return _parse_history(store.read(_history_key(layer)), layer)


def check_known(store: Store, layer: Layer) -> DeploymentRecord:
    """The layer's record. NewerError where a newer orchestrate wrote what stands beside the layer's state."""
    found = load_record(store, layer)
    load_history(store, layer)
    return found


def trusted(
    store: Store, layer: Layer, found: DeploymentRecord, state: Mapping[str, Any] | None, tag: str
) -> DeploymentRecord:
    """The record by which the builds that run are told. Where the one that is there is not the state's (it was lost, or one of
    the two was put back from an earlier version), the builds are those of the apply that left this state, if its history
    knows that; of a lost record those of the newest good apply."""
    if state is None or (found.at and tag == found.tag):
        return found
    known = load_history(store, layer)
    entry = history.of_state(known, state.get("serial"), state.get("lineage"))
    same = entry is not None and entry.run == found.run
    entry = entry or (None if found.at else history.newest_good(known))
    if entry is None or same:
        return found
    unknown = {n: number for n, number in entry.builds.items() if n not in entry.files}  # an older tool's entry
    return replace(found, at=entry.at, builds=entry.builds, files=entry.files, brought=entry.brought, cli_vars=unknown)


def load_trusted(store: Store, layer: Layer) -> DeploymentRecord:
    state, tag = load_tagged(store, layer) or (None, "")
    return trusted(store, layer, load_record(store, layer), state, tag)


def change_history(store: Store, layer: Layer, change: Callable[[History], History]) -> None:
    """Change it, also where another run does at the same moment: Terraform's lock is gone by then. ``change`` gives back the same
    history where it was made already."""
    form = (lambda data: _parse_history(data, layer)), _history_bytes
    if conditional.changed(store, _history_key(layer), form, change, _TRIES) is not None:
        return
    raise BusyError(
        f"{layer.label}: applied and recorded, but other commands keep writing its history",
        where=_history_key(layer),
        hint="let one apply at a time deploy a layer",
    )


def _parse_history(data: bytes | None, layer: Layer) -> History:
    return history.parse(data_in(data), _history_key(layer))


def _history_key(layer: Layer) -> str:
    return naming.beside(state_key(layer), HISTORY)


def forget(store: Store, layer: Layer, destroy: HistoryEntry) -> None:
    """Remove the state, the record and the lifetime of a layer that was destroyed; its history says when, and which builds ran
    until then. A state that still holds a resource stays, and so does all that another command has written since. NewerError where
    a newer orchestrate wrote one of them."""
    found = {key: store.read_tagged(key) for key in (record_key(layer), state_key(layer))}
    lifetime = store.read_tagged(lifetime_key(layer))
    one = check_known(store, layer)
    if not is_empty(load(store, layer)) or one.tries_at(destroy.at, destroy.run):
        return
    if all(store.delete_if(key, tagged[1]) for key, tagged in found.items() if tagged):
        _leave_destroyed(store, layer, replace(destroy, builds=one.builds))
        if lifetime:
            store.delete_if(lifetime_key(layer), lifetime[1])


def _leave_destroyed(store: Store, layer: Layer, destroy: HistoryEntry) -> None:
    if destroy.builds:
        store.write(_history_key(layer), _json(history.destroyed(destroy)))
    else:
        store.delete(_history_key(layer))


def lifetime_key(layer: Layer) -> str:
    return naming.beside(state_key(layer), LIFETIME)


def read_lifetime(store: Store, layer: Layer) -> bytes | None:
    """None for most layers: then nothing more need be known of it."""
    return store.read(lifetime_key(layer))


def load_destroyed(store: Store, layer: Layer) -> HistoryEntry | None:
    """When the layer was destroyed, and which builds ran until then; None where it was applied since, or never."""
    return history.parse_destroyed(data_in(store.read(_history_key(layer))))
