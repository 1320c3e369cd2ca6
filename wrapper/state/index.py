"""The index of a stack's tenants, read out of the state bucket: which have a state, its record, its lock.

A listing tells each object's tag, a thousand in one request. The records themselves are kept together in one
object beside the states, each as it stands and with the tag it had: only those that changed since are read one by one.
That object is a memory and no truth; damaged or old, it costs time, and one of a newer orchestrate is left to it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from ..model import naming, strict_json
from ..model.errors import NewerError, OrchestrateError
from ..model.findings import Lock
from ..model.stack import Layer, Stack, lock_key, state_key
from ..model.versions import check_known
from . import record
from .layer_state import LIFETIME, RECORD, data_in, load_record, record_key, render_record
from .record import DeploymentRecord
from .store import Store

MEMORY = "register-2.json"  # under register.json older tools keep theirs: each would wipe the other's memory
_OLDER = "register.json"
_VERSION = 2
_READERS = 16


@dataclass(frozen=True)
class LayerStatus:
    """One layer in the bucket. ``tag`` is its state object's, "" where it has no state; ``locked``: by Terraform;
    ``error``: why nothing is known of its last apply although something is recorded; ``lifetime``: whether it may be stopped, or
    have an end."""

    tag: str = ""
    record: DeploymentRecord = field(default_factory=DeploymentRecord)
    locked: bool = False
    error: OrchestrateError | None = None
    lifetime: bool = False
    kept: Mapping[str, Any] = field(default_factory=dict, compare=False)  # its record as it was read, and its tag

    @property
    def deployed(self) -> bool:
        return bool(self.tag)

    @property
    def missing(self) -> bool:
        """Whether there was a state, or one that could not be saved, and there is none."""
        return not self.tag and self.record.had_state

    @property
    def touched(self) -> bool:
        """Whether the state is another than the last recorded apply left."""
        return self.tag != self.record.tag


@dataclass(frozen=True)
class TenantIndex:
    """What the bucket says of one stack: the stack layer and, by name, every tenant it knows."""

    stack_layer: LayerStatus
    tenants: Mapping[str, LayerStatus]

    @property
    def deployed(self) -> list[str]:
        return sorted(n for n, e in self.tenants.items() if e.deployed)

    @property
    def stateful(self) -> list[str]:
        """Those that have a state, or had one that is missing now."""
        return sorted(n for n, e in self.tenants.items() if e.deployed or e.missing)

    def of(self, tenant: str) -> LayerStatus:
        return (self.tenants.get(tenant) or LayerStatus()) if tenant else self.stack_layer


def read(store: Store, stack: Stack) -> TenantIndex:
    """The index, with as many requests as there are thousands of objects, and one for each record that is new."""
    prefix = naming.stack_prefix(stack.region, stack.name)
    tags = store.listing(prefix)
    stack_key = state_key(Layer(stack))
    if not stack_key.startswith(prefix):  # an older project wrote the key of its own state by hand
        tags |= store.listing(stack_key)
    keys = _state_keys(stack, tags)
    kept = {name: naming.beside(key, RECORD) for name, key in keys.items()}
    data = _records(store, prefix + MEMORY, kept, tags)
    entries = {
        n: _entry(tags.get(k, ""), data.get(n) or {}, kept[n], lock_key(stack, k) in tags) for n, k in keys.items()
    }
    there = (n for n, k in keys.items() if naming.beside(k, LIFETIME) in tags)
    entries |= {n: replace(entries[n], lifetime=True) for n in there}
    return TenantIndex(entries.pop(""), entries)


def _entry(tag: str, kept: Mapping[str, Any], key: str, locked: bool) -> LayerStatus:
    try:
        return LayerStatus(tag, record.parse(kept.get("record", {}), key), locked, kept=kept)
    except NewerError as error:
        return LayerStatus(tag, DeploymentRecord(), locked, error)


def catch_up(store: Store, stack: Stack, found: TenantIndex, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Write into the records of layers, by tenant, that need not run what the files say now of their builds: one conditional
    request for each. Where another write came between, that one stands, and is not in the way."""

    def caught_up(name: str) -> dict[str, Any] | None:
        kept = found.of(name).kept
        data = {**kept["record"], "files": dict(files[name])}
        tag = store.put_if(record_key(Layer(stack, name)), render_record(data), kept["tag"])
        return {"tag": tag, "record": data} if tag else None

    todo = sorted(n for n in files if isinstance(found.of(n).kept.get("record"), dict))
    with ThreadPoolExecutor(_READERS) as pool:
        written = {n: one for n, one in zip(todo, pool.map(caught_up, todo), strict=True) if one}
    if written:
        known = {n: e.kept for n, e in {"": found.stack_layer, **found.tenants}.items() if e.kept}
        _remember(store, naming.stack_prefix(stack.region, stack.name) + MEMORY, {**known, **written})


def forget(store: Store, stack: Stack) -> None:
    """The stack is gone: so is what was remembered of it."""
    for memory in (MEMORY, _OLDER):
        store.delete(naming.stack_prefix(stack.region, stack.name) + memory)


def layer_status(store: Store, layer: Layer) -> LayerStatus:
    """One layer's entry, without the others'. NewerError where its record is a newer orchestrate's."""
    found = store.read_tagged(state_key(layer))
    locked = store.read(lock_key(layer.stack, state_key(layer))) is not None
    return LayerStatus(found[1] if found else "", load_record(store, layer), locked)


def lock_of(store: Store, layer: Layer) -> Lock | None:
    """Who holds Terraform's lock on a layer's state, or None."""
    try:
        info = strict_json.parse(store.read(lock_key(layer.stack, state_key(layer))) or b"null")
        return Lock(*(str(info.get(k, "")) for k in ("ID", "Who", "Operation", "Created"))) if info else None
    except (ValueError, AttributeError):
        return Lock("", "unknown", "", "unknown")


def _state_keys(stack: Stack, keys: Iterable[str]) -> dict[str, str]:
    """The state's key by tenant, "" being the stack's own: of every tenant that left anything in the bucket."""
    prefix = naming.tenants_prefix(stack.region, stack.name)
    parts = (k.removeprefix(prefix).split("/") for k in keys if k.startswith(prefix))
    found = sorted({p[0] for p in parts if len(p) == 2 and p[1].startswith((naming.STATE_FILE, RECORD, LIFETIME))})
    return {name: state_key(Layer(stack, name)) for name in ["", *found]}


def _records(store: Store, memory: str, keys: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, Any]:
    """Each record as it was written, and the tag that it has."""
    there = {name: tags[key] for name, key in keys.items() if key in tags}
    try:
        known, ours = _remembered(store, memory, tags), True
    except NewerError:
        known, ours = {}, False
    older = {} if memory in tags else _remembered_by_older(store, memory.removesuffix(MEMORY) + _OLDER, tags)
    known = known or older
    fresh = {n: known[n] for n, tag in there.items() if n in known and known[n]["tag"] == tag}
    todo = sorted(there.keys() - fresh.keys())
    with ThreadPoolExecutor(_READERS) as pool:
        texts = dict(zip(todo, pool.map(lambda n: store.read_tagged(keys[n]), todo), strict=True))
    records = fresh | {n: {"tag": text[1], "record": data_in(text[0])} for n, text in texts.items() if text}
    if ours and (todo or older or known.keys() - there.keys()):
        _remember(store, memory, records)
    return records


def _remembered(store: Store, key: str, tags: Mapping[str, str]) -> dict[str, Any]:
    if key not in tags:
        return {}
    data = data_in(store.read(key))
    check_known(data, _VERSION, "an index of tenants", key)
    with contextlib.suppress(AttributeError, KeyError):
        if data.get("version") == _VERSION:
            return {
                n: one for n, one in data["tenants"].items() if isinstance(one, dict) and {"tag", "record"} <= {*one}
            }
    return {}


def _remembered_by_older(store: Store, key: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """What an older tool remembers, before this one remembers anything: each record of which the tag says that not a byte is
    another. An older tool may drop fields that it does not know."""
    data = data_in(store.read(key)) if key in tags else None
    found = data.get("tenants") if isinstance(data, dict) else None
    return {n: one for n, one in found.items() if _is_whole(one)} if isinstance(found, dict) else {}


def _is_whole(kept: Any) -> bool:
    """Whether a record is what its tag was made of: the MD5 of its bytes, unless a key of KMS encrypts them
    (docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html)."""
    if not isinstance(kept, dict) or not isinstance(kept.get("record"), dict):
        return False
    digest = hashlib.md5(render_record(kept["record"]), usedforsecurity=False).hexdigest()
    return kept.get("tag") == f'"{digest}"'


def _remember(store: Store, key: str, tenants: Mapping[str, Any]) -> None:
    with contextlib.suppress(OrchestrateError):  # a reader without the right to write is a reader still
        store.write(key, json.dumps({"version": _VERSION, "tenants": tenants}, separators=(",", ":")).encode())
