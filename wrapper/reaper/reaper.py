"""Destroys ephemeral stacks: which of them, how, and the proof that nothing of them is left. Knows nothing of Terraform.

    find      every ephemeral stack: its layers that have a state, who works on them, how old, kept, protected
    tenants   side by side, through the fleet; who comes meanwhile goes too; who is being made is waited for
    stack     the stack layer, when no tenant is left
    proof     a listing of what AWS still has of it

All that is known is read out of the bucket: a run that was cut off is simply run again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from ..aws import remaining_resources
from ..aws.identity import Identity
from ..aws.remaining_resources import NamedResource
from ..fleet.change_detection import TenantFilter
from ..fleet.fleet import Fleet
from ..fleet.results import details
from ..model.errors import BusyError, NotFoundError, OrchestrateError, Stopped, TerraformFailed, TimeoutExpired
from ..model.report import LayerResult, worst
from ..model.stack import Layer, Stack, UnreadableStack, state_key
from ..state import index, layer_state
from ..state.index import TenantIndex
from ..state.store import Store
from . import holds
from .rules import ReapCandidate, stamp

ROUNDS = 3  # how often tenants that come back while they are destroyed are destroyed again
SETTLES = 120.0  # seconds within which AWS's listing follows what was deleted
_GLANCE = 2.0  # seconds

Connect = Callable[[Stack], tuple[Identity, Store]]
Prove = Callable[[Stack, Identity, set[NamedResource], str], list[str] | None]
Opened = Callable[[Stack], AbstractContextManager["Reaper"]]
Spend = Callable[["Reaper"], list[LayerResult]]


def find(stacks: Iterable[Stack | UnreadableStack], connect: Connect) -> Iterator[ReapCandidate]:
    """Every ephemeral one of these stacks, as it stands. One that cannot be read is a ReapCandidate with its error."""
    for stack in stacks:
        if isinstance(stack, UnreadableStack):
            yield ReapCandidate(stack.region, stack.name, error=stack.error)
        elif stack.settings.ephemeral:
            yield _guarded(stack, connect)


def _guarded(stack: Stack, connect: Connect) -> ReapCandidate:
    try:
        return _look(stack, connect)
    except OrchestrateError as error:
        return ReapCandidate(stack.region, stack.name, stack, error=error)


def _look(stack: Stack, connect: Connect) -> ReapCandidate:
    _, store = connect(stack)
    try:
        found = index.read(store, stack)
    except NotFoundError:  # no state bucket: nothing was ever applied
        return ReapCandidate(stack.region, stack.name, stack, bucket=False)
    entries = {"": found.stack_layer, **found.tenants}
    deployed = tuple(n for n, e in entries.items() if e.deployed or e.missing)
    return ReapCandidate(
        stack.region,
        stack.name,
        stack,
        deployed=deployed,
        busy=tuple(n for n, e in entries.items() if e.locked),
        last=max((t for n in deployed if (t := _applied(store, Layer(stack, n), found)) is not None), default=None),
        hold=holds.read(store, stack),
        error=next((e.error for e in entries.values() if e.error), None),
    )


def _applied(store: Store, layer: Layer, found: TenantIndex) -> float | None:
    """When a layer was last applied: what its record says; without one its state's age, and an empty state has none."""
    recorded = stamp(found.of(layer.tenant).record.at)
    if recorded is not None:
        return recorded
    return None if layer_state.is_empty(layer_state.load(store, layer)) else store.modified(state_key(layer))


# -- all of them go ---------------------------------------------------------------------------------


def reap_all(
    candidates: Iterable[ReapCandidate],
    spared: Callable[[ReapCandidate], str],
    opened: Opened,
    info: Callable[[str], None],
    spend: Spend = lambda reaper: reaper.reap(),
) -> list[LayerResult]:
    """Every stack that nothing spares, one after the other; whatever becomes of one, the next one follows. ``spend``: what is done
    with each."""
    results: list[LayerResult] = []
    for candidate in candidates:
        reason = spared(candidate)
        if candidate.stack is None or candidate.error:
            results.append(failed(candidate.region, candidate.name, candidate.error or NotFoundError("no such stack")))
        elif reason:
            info(f"{candidate.label}: stays: {reason}")
            results.append(LayerResult(candidate.region, candidate.name, "", "excluded", reason))
        else:
            results += _reaped(candidate.stack, opened, spend)
    return results


def _reaped(stack: Stack, opened: Opened, spend: Spend) -> list[LayerResult]:
    try:
        with opened(stack) as reaper:
            return spend(reaper)
    except OrchestrateError as error:
        return [failed(stack.region, stack.name, error)]


# -- one stack goes ---------------------------------------------------------------------------------


def prove(stack: Stack, identity: Identity, named: set[NamedResource], tenant: str = "") -> list[str] | None:
    """What AWS still has of a stack; None for one that has nothing to do with AWS, as far as its files say."""
    if not identity.method and stack.backend.kind == "local":
        return None
    return remaining_resources.left(identity, stack.aws_region, stack.name, named, tenant)


@dataclass
class Reaper:
    """Destroys one stack through its fleet. ``wait``: seconds for a run that works on a layer; ``settles``: for AWS."""

    fleet: Fleet
    wait: float
    prove: Prove = prove
    settles: float = SETTLES

    @property
    def stack(self) -> Stack:
        return self.fleet.deployer.stack

    def reap(self) -> list[LayerResult]:
        """A result for each layer, and in that of the stack layer the proof. Raises nothing that one stack can cause."""
        results: dict[str, LayerResult] = {}
        try:
            self._reap(self.fleet.deployer.store, results)
        except OrchestrateError as error:
            results[""] = failed(self.stack.region, self.stack.name, error, results.get(""))
        if "" not in results:
            code = worst(a.exit_code for a in results.values())
            reason = "a tenant of it is still there"
            results[""] = LayerResult(self.stack.region, self.stack.name, "", "stopped", reason, exit_code=code)
        return list(results.values())

    def _reap(self, store: Store, results: dict[str, LayerResult]) -> None:
        hold = holds.read(store, self.stack)
        if hold and hold.holds(time.time()):  # since the run began
            results[""] = LayerResult(self.stack.region, self.stack.name, "", "excluded", f"kept until {hold}")
            return
        named, untagged = self._named(store)
        self._tenants(store, results)
        if all(a.ok for a in results.values()):
            results |= self.perform([""], stack_layer=True)
        if all(a.ok for a in results.values()):
            results[""] = self.proved(results.get(""), named, sorted(untagged))
            if hold:
                holds.forget(store, self.stack)

    def _named(self, store: Store) -> tuple[set[NamedResource], set[str]]:
        """What its states hold that is found by name, and what is not found at all."""
        found = self.fleet.detector.read_index()
        deployed = [n for n, e in {"": found.stack_layer, **found.tenants}.items() if e.deployed]
        states = [layer_state.load(store, Layer(self.stack, n)) for n in deployed]
        named = {one for state in states for one in remaining_resources.named_in(state)}
        return named, {one for state in states for one in remaining_resources.untagged_in(state, self.stack.name)}

    def _tenants(self, store: Store, results: dict[str, LayerResult]) -> None:
        """Every tenant, those too that come while others go; waits for a run that makes one now."""
        deadline = time.monotonic() + self.wait
        rounds = 0
        while True:
            found = self.fleet.detector.read_index()
            bad = {n for n, a in results.items() if not a.ok}
            todo = [n for n in found.stateful if n not in bad]
            if layer_state.is_empty(layer_state.load(store, Layer(self.stack))):
                todo = [n for n in todo if found.of(n).missing or not self._tidied(store, n)]
            made = [n for n, e in {"": found.stack_layer, **found.tenants}.items() if e.locked and not e.deployed]
            if todo and rounds < ROUNDS:
                rounds += 1
                results |= self.perform(todo, stack_layer=False)
                self.fleet.deployer.signals.check()
            elif made and not todo and (left := deadline - time.monotonic()) > 0:
                self.fleet.deployer.signals.pause(min(_GLANCE, left))
            else:
                results |= {n: self.busy(n, made) for n in (*todo, *made)}
                return

    def _tidied(self, store: Store, tenant: str) -> bool:
        """Without its stack's outputs Terraform could not run for it; an empty state needs none to go."""
        layer = Layer(self.stack, tenant)
        if layer_state.is_empty(layer_state.load(store, layer)):
            layer_state.forget(store, layer, self.fleet.deployer.recorder.destroyed())
            return True
        return False

    def perform(self, names: Sequence[str], *, stack_layer: bool) -> dict[str, LayerResult]:
        if names != [""] and self.stack.tenant_source is None:
            self.fleet.deployer.project.layer(self.stack, names[0])  # says what is missing
        tenant_filter = TenantFilter(only=frozenset(names), stack_layer=stack_layer)
        return {a.tenant: a for a in self.fleet.destroy(tenant_filter, lock_timeout=self.wait)}

    def busy(self, tenant: str, made: Sequence[str]) -> LayerResult:
        layer = Layer(self.stack, tenant)
        lock = index.lock_of(self.fleet.deployer.store, layer) if tenant in made else None
        holder = f"{lock.who} ({lock.operation}, since {lock.created})" if lock else "somebody"
        error = BusyError(
            f"{layer.label} is being made by {holder}",
            hint="run it again when that has ended; a lock that a dead run left goes with force-unlock",
        )
        return failed(self.stack.region, self.stack.name, error, tenant=tenant)

    # -- the proof --------------------------------------------------------------------------------

    def proved(
        self, before: LayerResult | None, named: set[NamedResource], untagged: Sequence[str], tenant: str = ""
    ) -> LayerResult:
        """The layer's result with what a listing says. What was deleted a moment ago may be listed for a while."""
        result = before or LayerResult(self.stack.region, self.stack.name, tenant, "unchanged")
        tags = f"{remaining_resources.TAG}={self.stack.name}" + (
            f", {remaining_resources.TENANT}={tenant}" * bool(tenant)
        )
        identity, deadline = self.fleet.deployer.identity, time.monotonic() + self.settles
        while (there := self.prove(self.stack, identity, named, tenant)) and time.monotonic() < deadline:
            self.fleet.deployer.signals.pause(_GLANCE)
        if there is None:
            return replace(result, reason="its states are in a folder and no account is named: AWS was not asked")
        if not there and untagged:
            some = ", ".join(untagged[:3]) + (" ..." if len(untagged) > 3 else "")
            missing = f"{len(untagged)} of its resources had no tag {tags} ({some})"
            return replace(result, reason=f"that nothing is left cannot be proved: {missing}")
        if not there:
            return replace(result, reason=f"nothing tagged {tags} is left")
        error = TerraformFailed(
            f"{Layer(self.stack, tenant).label}: destroyed, but {_counted(there)}",
            where=there[0],
            hint="Terraform does not know these resources: look at them, and delete them by hand",
        )
        return failed(self.stack.region, self.stack.name, error, result)


def _counted(there: Sequence[str]) -> str:
    more = f" and {len(there) - 10} more" if len(there) > 10 else ""
    return f"{len(there)} of its resources still exist: {', '.join(there[:10])}{more}"


def failed(
    region: str, stack: str, error: OrchestrateError, before: LayerResult | None = None, tenant: str = ""
) -> LayerResult:
    """The result of a layer that came to an error, perhaps after it had one that was good."""
    stopped = isinstance(error, Stopped | TimeoutExpired)
    return replace(
        before or LayerResult(region, stack, tenant, "failed"),
        result="stopped" if stopped else "failed",
        reason=error.message if stopped else "",
        exit_code=error.exit_code,
        error=details(error),
    )
