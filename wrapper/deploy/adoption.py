"""A state that another tool, or plain Terraform, has kept until now: found in a bucket or a file, and whether a layer may take it.

The state itself is pushed by Terraform, under its own lock and with the backend's own settings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..aws.identity import Identity
from ..model import strict_json
from ..model.errors import BusyError, ConfigError, NewerError, NotFoundError, RefusedError, UsageError
from ..model.stack import Backend, Layer, state_key
from ..project import paths
from ..state.layer_state import named, same_content
from ..state.s3 import BucketStore
from ..state.store import Store
from ..terraform.unsaved_state import misfit

_ADDRESS = re.compile(r"s3://([^/]+)/(.+)")
_FORMAT = 4
_LOCK = ".tflock"  # beside a state, of Terraform's own lock in a bucket
_VERSION = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True)
class FoundState:
    """``where``: as the command line names it; ``data``: its bytes, ``content`` the same as data."""

    where: str
    data: bytes
    content: Mapping[str, Any]

    @property
    def words(self) -> str:
        """What it holds, for a person."""
        count = sum(len(one.get("instances") or ()) for one in self.content["resources"] if isinstance(one, dict))
        version, serial = self.content.get("terraform_version", "?"), self.content["serial"]
        return f"{count} resources, serial {serial}, lineage {self.content['lineage']}, Terraform {version}"


def check_source(source: str, layer: Layer) -> None:
    """UsageError for the layer's own key."""
    mine = layer.stack.backend
    if mine.kind == "s3" and source == f"s3://{mine.bucket}/{state_key(layer)}":
        raise UsageError(f"that is where {layer.label} keeps its state", hint="name the place where it was until now")
    if source.startswith("s3:") and not _ADDRESS.fullmatch(source):
        raise UsageError(f"{source} names no object", hint="write --from s3://BUCKET/KEY, or the path of a file")


def load(source: str, directory: Path, identity: Callable[[], Identity], region: str) -> FoundState:
    """The state there. ``identity`` is asked for only where it is in a bucket; ``region``: where to ask S3 first."""
    found = _ADDRESS.fullmatch(source)
    data = _in_bucket(source, (found[1], found[2]), identity(), region) if found else _in_file(source, directory)
    return FoundState(source, data, parse(data, source))


def _in_bucket(source: str, place: tuple[str, str], identity: Identity, region: str) -> bytes:
    bucket, key = place
    store = BucketStore(identity, Backend("s3", {"bucket": bucket, "region": region}, source))
    try:
        if store.read(key + _LOCK) is not None:
            raise BusyError(
                "a run of Terraform holds its lock", where=source + _LOCK, hint="wait for its end, or unlock it there"
            )
        data = store.read(key)
    except NotFoundError:
        raise NotFoundError(f"no bucket {bucket}", where=source, hint="look the bucket up in the old backend") from None
    if data is None:
        hint = "look the key up in the old backend; of a workspace it is env:/WORKSPACE/KEY"
        raise NotFoundError("no such object", where=source, hint=hint)
    return data


def _in_file(source: str, directory: Path) -> bytes:
    file = directory / source
    if not paths.is_file(file, source):
        hint = "`terraform state pull > FILE` in the old root writes one"
        raise NotFoundError("no such file", where=source, hint=hint)
    return paths.read(file, source)


def parse(data: bytes, where: str) -> Mapping[str, Any]:
    """ConfigError for what is no whole state of Terraform 0.12 or later."""
    try:
        state = strict_json.parse(data.decode())
    except ValueError:
        state = None
    if not isinstance(state, dict) or not isinstance(state.get("version"), int):
        raise ConfigError(
            f"no state of Terraform ({len(data)} bytes)", where=where, hint="name the object or file that holds it"
        )
    if state["version"] != _FORMAT:
        hint = "apply it once with Terraform 0.12 or later" if state["version"] < _FORMAT else "use a later orchestrate"
        raise ConfigError(f"a state of format {state['version']}; this reads format {_FORMAT}", where=where, hint=hint)
    whole = isinstance(state.get("serial"), int) and state.get("lineage") and isinstance(state.get("resources"), list)
    if not whole:
        raise ConfigError(
            "a state without serial, lineage or resources", where=where, hint="take an earlier version of it"
        )
    return state


def check_version(found: FoundState, versions: str) -> None:
    """NewerError for a state that a later Terraform wrote. ``versions``: of what runs here."""
    theirs, mine = (_VERSION.search(text) for text in (str(found.content.get("terraform_version")), versions))
    if theirs and mine and (int(theirs[1]), int(theirs[2])) > (int(mine[1]), int(mine[2])):
        raise NewerError(
            f"Terraform {found.content['terraform_version']} wrote that state; this is {mine[0]}",
            where=found.where,
            hint="use that Terraform, or a later one: docs/image.md, 'Another version'; nothing was written",
        )


@contextmanager
def seeded(store: Store, layer: Layer, found: FoundState) -> Iterator[None]:
    """An empty state of the same lineage, where the layer has none: over nothing, Terraform pushes a state into a bucket under a
    new lineage (internal/states/remote/state.go, PersistState). If what is done meanwhile fails, it is taken away."""
    key, serial = state_key(layer), max(int(found.content["serial"]) - 1, 0)
    empty = {"version": _FORMAT, "serial": serial, "lineage": found.content["lineage"], "outputs": {}, "resources": []}
    seed = json.dumps(empty).encode()
    made = store.read(key) is None and store.write_if(key, seed, None)
    try:
        yield
    except BaseException:
        if made and store.read(key) == seed:
            store.delete(key)
        raise


def check_there(found: FoundState, layer: Layer, saved: Mapping[str, Any] | None) -> None:
    """BusyError where another state than this stands there after the push."""
    if not saved or named(saved)["lineage"] != found.content["lineage"] or not same_content(saved, found.content):
        raise BusyError(
            f"the state of {layer.label} is not the one that was pushed: another run came between",
            where=state_key(layer),
            hint="look at it (state list), and adopt it again",
        )


def is_there(found: FoundState, layer: Layer, saved: Mapping[str, Any] | None) -> bool:
    """Whether the layer has this very state already. RefusedError where it has another one that this must not follow."""
    if not saved:
        return False
    if named(saved)["lineage"] == found.content["lineage"] and same_content(saved, found.content):
        return True
    if reason := misfit(found.data, saved):
        raise RefusedError(
            f"{layer.label} has a state already, and the one to adopt {reason}",
            where=found.where,
            hint="nothing was written; name another layer, or the state that belongs to this one",
        )
    return False
