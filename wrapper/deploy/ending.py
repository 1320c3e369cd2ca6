"""When a tenant ends by itself: written before Terraform changes anything, by the bucket's clock; told at the end of each apply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..aws.calls import AwsCalls
from ..aws.ecs_service_status import services
from ..model.console import Console
from ..model.stack import Layer
from ..run.signals import SignalHandler
from ..state import layer_state, lifetime
from ..state.lifetime import TenantEnd
from ..state.record import moment
from ..state.store import Store
from ..terraform.suggested import suggest
from .prepared import PreparedLayer
from .stopping import Stopping
from .verification import Verification

_DAY = 86400.0


@dataclass
class Ending:
    """Of one apply. ``ttl``: seconds that it gives the tenant; 0: ``end`` stays as it is, None where it has none."""

    store: Store
    layer: Layer
    by: str
    ttl: float = 0.0
    end: TenantEnd | None = None
    written: bool = False

    def begins(self) -> None:
        """Once: a tenant that Terraform only begins to make ends too."""
        if not self.ttl or self.written:
            return
        mine = TenantEnd(self.store.now() + self.ttl, self.by)
        self.end = lifetime.change(self.store, self.layer, lambda now: replace(now, expires=mine)).expires
        self.written = True

    def tell(self, info: Callable[[str], None]) -> None:
        if self.end:
            info(
                f"{self.layer.label}: it ends at {moment(self.end.at)}; to keep it longer: {keeping(self.layer, self.end)}"
            )


def keeping(layer: Layer, end: TenantEnd) -> str:
    """The command that keeps a tenant a day longer."""
    return suggest("keep", layer, "--until", moment(end.at + _DAY)[:10])


@dataclass(frozen=True)
class LifetimeVerification:
    """What follows an apply of a layer that is stopped or has an end, in the place of its verification. ``stopping``: where it
    is stopped, so that no task could answer."""

    usual: Verification
    ending: Ending
    stopping: Stopping | None = None

    def begins(self) -> None:
        self.ending.begins()

    def watch(
        self, prepared: PreparedLayer, outputs: Mapping[str, Any], console: Console, signals: SignalHandler
    ) -> None:
        self.ending.begins()
        if self.stopping:
            self.stopping.stay(services(outputs), layer_state.load(self.stopping.store, prepared.layer))
        self.usual.watch(prepared, outputs, console, signals)

    def run_smoke_test(self, layer: Layer, record: Any, console: Console, signals: SignalHandler) -> None:
        self.ending.tell(console.info)
        if not self.stopping:
            self.usual.run_smoke_test(layer, record, console, signals)
        elif self.usual.smoke.places:
            console.info(f"{layer.label}: no smoke test: it is stopped")


def of_apply(
    usual: Verification, calls: AwsCalls, ending: Ending, data: bytes | None, info: Callable[[str], None]
) -> LifetimeVerification:
    """For an apply of a layer whose object beside its state is ``data``."""
    store, layer = ending.store, ending.layer
    found = lifetime.parse(store, layer, data)
    ending.end, stopped = found.expires, found.stopped
    if stopped is None:
        return LifetimeVerification(usual, ending)
    names = "" if stopped.whole else f" ({', '.join(sorted(stopped.services))})"
    info(f"{layer.label}: {stopped}{names}: deployed without a task; to start it: {suggest('start', layer)}")
    return LifetimeVerification(usual, ending, Stopping(calls, store, layer, stopped.by, stopped.at))
