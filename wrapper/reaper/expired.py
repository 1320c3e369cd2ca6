"""Tenants that end by themselves: which there are, and the destroy of those whose time has passed, by the clock of their bucket.

A tenant whose end moves while the destroy waits for its lock stays.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from ..aws import remaining_resources
from ..model.errors import NotFoundError, OrchestrateError
from ..model.report import LayerResult
from ..model.stack import Layer, Stack, UnreadableStack
from ..state import index, layer_state, lifetime
from ..state.lifetime import TenantEnd
from ..state.record import moment
from ..state.store import Store
from .reaper import Connect, Opened, Reaper, failed
from .rules import age

_GLANCE = 2.0  # seconds


@dataclass(frozen=True)
class EndingTenant:
    """A tenant with an end, as it was found at ``now``. ``deployed``: it has a state, or had one; ``error``: why its end is not
    known."""

    stack: Stack
    name: str
    now: float
    end: TenantEnd | None = None
    deployed: bool = False
    locked: bool = False
    error: OrchestrateError | None = None

    @property
    def label(self) -> str:
        return Layer(self.stack, self.name).label

    @property
    def overdue(self) -> bool:
        return self.end is not None and self.end.at <= self.now

    @property
    def spared(self) -> str:
        """Why it stays; "" where it goes."""
        if self.stack.settings.protected:
            return "protected"
        return (
            ""
            if self.overdue or self.end is None
            else f"ends at {moment(self.end.at)}, in {age(self.end.at - self.now)}"
        )

    def is_near(self, before: float) -> bool:
        """Whether its end comes within so many seconds, and no message said so yet."""
        return bool(self.end and not (self.overdue or self.end.told) and self.end.at - self.now <= before)

    def as_data(self) -> dict[str, Any]:
        end = self.end
        return {
            "tenant": self.name,
            "stack": self.stack.name,
            "region": self.stack.region,
            "expires": moment(end.at) if end else None,
            "by": end.by if end else None,
            "reason": end.reason if end else None,
            "overdue": self.overdue,
            "reap": not (self.error or self.spared),
            "why": self.error.message if self.error else self.spared,
        }


def find(stacks: Iterable[Stack | UnreadableStack], connect: Connect) -> Iterator[EndingTenant]:
    """Each tenant with an end, of any of these stacks. One without a bucket has none. Raises what is wrong with a stack."""
    for stack in stacks:
        if isinstance(stack, UnreadableStack):
            raise stack.error
        if stack.tenant_source is None:
            continue
        try:
            store = connect(stack)[1]
            found = index.read(store, stack)
        except NotFoundError:
            continue
        names = sorted(n for n, one in found.tenants.items() if one.lifetime)
        now = store.now() if names else 0.0
        for tenant in names:
            seen = EndingTenant(stack, tenant, now, locked=found.of(tenant).locked)
            one = _looked(store, replace(seen, deployed=found.of(tenant).deployed or found.of(tenant).missing))
            if one.end or one.error:
                yield one


def _looked(store: Store, one: EndingTenant) -> EndingTenant:
    try:
        return replace(one, end=lifetime.load(store, Layer(one.stack, one.name)).expires)
    except OrchestrateError as error:
        return replace(one, error=error)


# -- they go ------------------------------------------------------------------------------------


def reap_all(tenants: Iterable[EndingTenant], opened: Opened) -> list[LayerResult]:
    """Those of one stack, then those of the next; whatever becomes of one stack, the next one follows."""
    groups = [(stack, list(found)) for stack, found in groupby(tenants, lambda one: one.stack)]
    return [result for stack, found in groups for result in _of_stack(stack, found, opened)]


def _of_stack(stack: Stack, tenants: Sequence[EndingTenant], opened: Opened) -> list[LayerResult]:
    try:
        with opened(stack) as reaper:
            return reap(reaper, tenants)
    except OrchestrateError as error:
        return [failed(stack.region, stack.name, error, tenant=one.name) for one in tenants]


def reap(reaper: Reaper, tenants: Sequence[EndingTenant]) -> list[LayerResult]:
    """A result for each tenant of one stack. Raises nothing that one tenant can cause."""
    results = []
    for one in tenants:
        try:
            results.append(_reaped(reaper, one))
        except OrchestrateError as error:
            results.append(failed(one.stack.region, one.stack.name, error, tenant=one.name))
    return results


def _reaped(reaper: Reaper, one: EndingTenant) -> LayerResult:
    store, layer = reaper.fleet.deployer.store, Layer(one.stack, one.name)
    plain = LayerResult(one.stack.region, one.stack.name, one.name, "excluded")
    if one.error:
        raise one.error
    if one.spared:
        return replace(plain, reason=one.spared)
    if not _comes_free(reaper, layer):
        return reaper.busy(one.name, [one.name])
    again = _looked(store, replace(one, now=store.now()))
    if again.error:
        raise again.error
    if again.end is None or again.spared:  # since it was looked at
        return replace(plain, reason=again.spared or "it has no end any more")
    state = layer_state.load(store, layer)
    if layer_state.is_empty(state) and not one.deployed:
        lifetime.change(store, layer, lambda now: replace(now, expires=None))
        return replace(plain, result="unchanged", reason="it has no state; nothing was to be destroyed")
    named, untagged = remaining_resources.named_in(state), remaining_resources.untagged_in(state, one.stack.name)
    result = reaper.perform([one.name], stack_layer=False)[one.name]
    return reaper.proved(result, named, sorted(untagged), one.name) if result.ok else result


def _comes_free(reaper: Reaper, layer: Layer) -> bool:
    """Whether no other command works on it, waited for as long as the reaper waits: it may move the end."""
    deployer, deadline = reaper.fleet.deployer, time.monotonic() + reaper.wait
    while index.lock_of(deployer.store, layer):
        if time.monotonic() >= deadline:
            return False
        deployer.signals.pause(_GLANCE)
    return True


def told(store: Store, one: EndingTenant) -> None:
    """A message has said that its end comes; one that has moved since is told again."""
    layer = Layer(one.stack, one.name)

    def change(now: lifetime.Lifetime) -> lifetime.Lifetime:
        return replace(now, expires=replace(now.expires, told=True)) if now.expires == one.end and now.expires else now

    lifetime.change(store, layer, change)
