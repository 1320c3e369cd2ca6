"""What was decided of a layer's life, in one object beside its state: that it is stopped, and when it ends. Each write has a
condition, so that of two commands neither removes what the other wrote."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model import strict_json
from ..model.errors import BusyError, ConfigError
from ..model.stack import Layer
from ..model.versions import check_known
from . import conditional, layer_state
from .store import Store

VERSION = 1
_TRIES = 10


@dataclass(frozen=True)
class StoppedService:
    """As it was: its ``count`` of tasks, and what of its scaling was ``suspended``, as Application Auto Scaling names it."""

    count: int
    suspended: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class StoppedLayer:
    """``services``: by name; ``alarms``: whose actions were turned off; ``whole``: services that come later are stopped too."""

    at: str
    by: str
    reason: str = ""
    whole: bool = True
    services: Mapping[str, StoppedService] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()

    def has(self, service: str) -> bool:
        return self.whole or service in self.services

    def __str__(self) -> str:
        return f"stopped at {self.at} by {self.by}" + (f" ({self.reason})" if self.reason else "")


@dataclass(frozen=True)
class TenantEnd:
    """``at`` in seconds since 1970, by the bucket's clock; ``told``: a message said that it comes."""

    at: float
    by: str
    reason: str = ""
    told: bool = False


@dataclass(frozen=True)
class Lifetime:
    """Of a layer without the object: neither."""

    stopped: StoppedLayer | None = None
    expires: TenantEnd | None = None


NOTHING = Lifetime()


def load(store: Store, layer: Layer) -> Lifetime:
    """ConfigError for an object that is damaged, NewerError for one of a later version."""
    return parse(store, layer, layer_state.read_lifetime(store, layer))


def change(store: Store, layer: Layer, change: Callable[[Lifetime], Lifetime]) -> Lifetime:
    """What stands there now, as ``change`` wants it. An object that says nothing any more goes."""
    key = layer_state.lifetime_key(layer)
    form = (lambda data: parse(store, layer, data)), _render
    found = conditional.changed(store, key, form, change, _TRIES)
    if found is None:
        raise BusyError(f"{layer.label}: other commands keep writing whether it is stopped and when it ends", where=key)
    return found


# -- the object ---------------------------------------------------------------------------------


def parse(store: Store, layer: Layer, data: bytes | None) -> Lifetime:
    """Of the object's bytes, None where there is none."""
    if data is None:
        return NOTHING
    key = layer_state.lifetime_key(layer)
    try:
        found = strict_json.parse(data)
    except ValueError:
        raise _damaged(store, layer, key) from None
    check_known(found, VERSION, "a lifetime", key)
    try:
        return Lifetime(_stopped(found.get("stopped")), _end(found.get("expires")))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _damaged(store, layer, key) from None


def _damaged(store: Store, layer: Layer, key: str) -> ConfigError:
    how = store.restoring(key)
    put_back = f"put back its last version: {how}" if how else "restore an earlier version of that object"
    return ConfigError(
        f"whether {layer.label} is stopped, and when it ends, cannot be read: the object is damaged",
        where=key,
        hint=f"{put_back}; or remove it: then the layer is neither stopped nor has an end",
    )


def _stopped(data: Any) -> StoppedLayer | None:
    if data is None:
        return None
    services = {str(name): _service(one) for name, one in data["services"].items()}
    texts = {name: str(data.get(name, "")) for name in ("at", "by", "reason")}
    return StoppedLayer(
        **texts, whole=data.get("whole") is not False, services=services, alarms=tuple(map(str, data.get("alarms", ())))
    )


def _service(data: Any) -> StoppedService:
    if isinstance(data["count"], bool) or data["count"] < 0:
        raise ValueError("no count")
    return StoppedService(int(data["count"]), {str(n): v is True for n, v in (data.get("suspended") or {}).items()})


def _end(data: Any) -> TenantEnd | None:
    if data is None:
        return None
    if isinstance(data["at"], bool):
        raise ValueError("no time")
    return TenantEnd(
        float(data["at"]), str(data.get("by", "")), str(data.get("reason", "")), told=data.get("told") is True
    )


def _render(one: Lifetime) -> bytes | None:
    """None for an object that says nothing."""
    if one == NOTHING:
        return None
    data: dict[str, Any] = {"version": VERSION}
    if one.stopped:
        services = {n: {"count": s.count, "suspended": dict(s.suspended)} for n, s in one.stopped.services.items()}
        data["stopped"] = {**vars(one.stopped), "services": services, "alarms": list(one.stopped.alarms)}
    if one.expires:
        data["expires"] = dict(vars(one.expires))
    return json.dumps(data, indent=2, sort_keys=True).encode()
