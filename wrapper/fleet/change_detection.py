"""Which layers take part in a command over many, and why each of them would run: the tenants in scope, made ready and
compared with what the index says of their last apply. Starts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from ..deploy import build_choices
from ..deploy.deployer import Deployer
from ..deploy.merge_choice import UndecidedError
from ..deploy.prepared import NO_OVERRIDES, LayerOverrides, PreparedLayer
from ..model import fingerprint
from ..model.errors import OrchestrateError
from ..model.fingerprint import Difference
from ..model.report import LayerResult
from ..model.stack import Layer
from ..state import index, layer_state
from ..state.index import LayerStatus, TenantIndex
from ..state.record import DeploymentRecord
from ..terraform.caller_values import named
from ..terraform.commands import Token, Verb
from .selection import Selection, Shard, choose, tagged

_ALWAYS = ("replace", "refresh-only", "destroy", "target", "exclude")  # flags that mean to start, changed or not


@dataclass(frozen=True)
class TenantFilter:
    """Which layers take part. ``only``: these and no others (what failed last time); ``done``: results of an interrupted
    run, which are not run again; ``stack_layer``: the stack layer too; ``tags``: tenants whose file has one of these."""

    patterns: tuple[str, ...] = ()
    shard: Shard | None = None
    only: frozenset[str] | None = None
    done: Mapping[str, LayerResult] = field(default_factory=dict)
    stack_layer: bool = True
    tags: tuple[str, ...] = ()


def _what_is_wrong(status: LayerStatus, error: OrchestrateError) -> str:
    if isinstance(error, UndecidedError):
        return "its stack says no rule of merging"
    if status.error:
        return "a newer orchestrate recorded its last apply"
    return "its record is damaged" if status.record.damaged else "its files are wrong"


@dataclass(frozen=True)
class LayerDiff:
    """One tenant as it was found: ready to run, or what is wrong with it, and why it would run ("": it need not)."""

    layer: Layer
    status: LayerStatus
    prepared: PreparedLayer | None
    error: OrchestrateError | None
    reason: str
    differences: tuple[Difference, ...] = ()

    @property
    def catches_up(self) -> bool:
        """Whether it need not run, and its record is behind what the files say of its builds."""
        return not self.reason and self.prepared is not None and any(c.moved for c in self.prepared.choices.values())


@dataclass(frozen=True)
class ChangeDetector:
    """Looks at the layers of one stack. ``force``: what did not change runs too; ``overrides``: what layers, by tenant, are
    get beside the command, or why one gets nothing."""

    deployer: Deployer
    force: bool = False
    overrides: Mapping[str, LayerOverrides | OrchestrateError] = field(default_factory=dict)

    def read_index(self) -> TenantIndex:
        """What the bucket says; in a dry run, what can be read of it."""
        deployer = self.deployer
        nothing = TenantIndex(LayerStatus(), {})
        try:
            return nothing if deployer.identity.is_nobody else self._known_index()
        except OrchestrateError:
            if deployer.dry:
                return nothing
            raise

    def _known_index(self) -> TenantIndex:
        """The index, also to what asks which layers have a state."""
        found = index.read(self.deployer.store, self.deployer.stack)
        self.deployer.resolver.merge_choice.know(found)
        return found

    def choose(self, found: TenantIndex, tenant_filter: TenantFilter, *, deployed_only: bool) -> Selection:
        """Tenants in scope by name: those that are declared or have a state, or the latter alone."""
        deployer, stack = self.deployer, self.deployer.stack
        if stack.tenant_source is None:
            return Selection((), {})
        declared = [] if deployed_only else deployer.project.tenants(stack)
        names = {*declared, *found.stateful} if tenant_filter.only is None else tenant_filter.only - {""}
        if deployed_only:
            names &= {*found.stateful}
        if tenant_filter.tags:
            tags = partial(deployer.project.values.tags, stack)
            names = tagged(names, tenant_filter.tags, tags, stack.label)
        choice = choose(names, tenant_filter.patterns, stack.label)
        mine = tuple(n for n in choice.chosen if tenant_filter.shard is None or n in tenant_filter.shard)
        return Selection(
            mine, {n: p for n, p in choice.excluded.items() if tenant_filter.shard is None or n in tenant_filter.shard}
        )

    def detect(
        self, verb: Verb, names: Sequence[str], tokens: Sequence[Token], found: TenantIndex
    ) -> Iterable[LayerDiff]:
        """Each tenant made ready and compared with what the index says of it, in order."""
        deployer = self.deployer
        layers, overrides, missing = [], {}, {}
        for name in names:
            try:
                layer = deployer.project.layer(deployer.stack, name, must_be_declared=verb.declared)
                overrides[name] = self.overrides_of(verb, layer, tokens, found.of(name))
                layers.append(layer)
            except OrchestrateError as error:
                missing[name] = error
        records = {layer.tenant: self._trusted(layer, found.of(layer.tenant)) for layer in layers}
        prepared = deployer.resolver.prepare_all(verb, layers, tokens, records, overrides)
        by_name = {
            name: (layer, one) for name, layer, one in zip([la.tenant for la in layers], layers, prepared, strict=True)
        }
        for name in names:
            status = found.of(name)
            layer, one = by_name.get(name) or (Layer(deployer.stack, name), missing[name])
            if isinstance(one, OrchestrateError):
                yield LayerDiff(layer, status, None, one, _what_is_wrong(status, one))
            else:
                yield self.compare(layer, status, one)

    def _trusted(self, layer: Layer, status: LayerStatus) -> DeploymentRecord:
        """The record by which the builds that run are told; of a layer whose record is not its state's more is read."""
        if not (status.deployed and status.touched) or self.deployer.dry:
            return status.record
        state, tag = layer_state.load_tagged(self.deployer.store, layer) or (None, "")
        return layer_state.trusted(self.deployer.store, layer, status.record, state, tag)

    def overrides_of(self, verb: Verb, layer: Layer, tokens: Sequence[Token], status: LayerStatus) -> LayerOverrides:
        """What overrides the command for a layer; raises why it gets nothing. To look for drift it gets again what its last apply
        was (a build, most of all) and the command does not name: another build is a change, and no drift."""
        if status.error:
            raise status.error
        found = self.overrides.get(layer.tenant, NO_OVERRIDES)
        if isinstance(found, OrchestrateError):
            raise found
        if not verb.as_applied:
            return found
        now = named(tokens)
        cli_vars = {name: text for name, text in status.record.cli_vars.items() if name not in now}
        return LayerOverrides(
            tuple(self.deployer.resolver.last_cli_vars(layer, replace(status.record, cli_vars=cli_vars)))
        )

    def compare(self, layer: Layer, status: LayerStatus, prepared: PreparedLayer) -> LayerDiff:
        skips = prepared.verb.compares and not any(t.flag in _ALWAYS for t in prepared.tokens)
        if not skips or self.force:
            return LayerDiff(layer, status, prepared, None, "asked for")
        if not status.deployed:
            reason = "its state is missing" if status.missing else "not deployed yet"
            return LayerDiff(layer, status, prepared, None, reason)
        different = tuple(build_choices.differences(status.record, prepared.inputs, prepared.choices))
        if not status.record.inputs:
            reason = "its last try failed" if status.record.failed else "its last apply left no record"
        elif different:
            reason = fingerprint.first_names(different) + (" ..." if len(different) > 5 else "")
        elif status.touched:
            reason = "its state changed after its last apply"
        else:
            reason = "its last try failed" if status.record.failed or status.record.trying else ""
        return LayerDiff(layer, status, prepared, None, reason, different)

    def guarded(self, diff: LayerDiff) -> LayerDiff:
        """One that would run, with its builds allowed; or why they are not."""
        if not diff.reason or diff.prepared is None:
            return diff
        try:
            return replace(diff, prepared=self.deployer.guard.check(diff.prepared))
        except OrchestrateError as error:
            return replace(diff, prepared=None, error=error)
