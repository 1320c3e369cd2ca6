"""Who takes part in a command over many layers, and why each of them would run: the tenants in scope, made ready and
compared with what the register says of their last apply. Starts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..aws.identity import NOBODY
from ..deploy import deployer as deploy
from ..deploy.prepared import NOTHING, Own, Ready
from ..model import fingerprint
from ..model.errors import OrchestrateError
from ..model.fingerprint import Difference
from ..model.nouns import Layer
from ..reports.model import Answer
from ..state import index
from ..state.index import Entry, Register
from ..terraform.arguments import typed_values
from ..terraform.commands import DRIFT, Token, Verb
from .selection import Choice, Shard, choose

_ALWAYS = ("replace", "refresh-only", "destroy", "target", "exclude")  # flags that mean to start, changed or not


@dataclass(frozen=True)
class Scope:
    """Who takes part. ``only``: these and nobody else (what failed last time); ``done``: answers of an interrupted
    run, not asked again; ``own``: the stack's own layer too."""

    patterns: tuple[str, ...] = ()
    shard: Shard | None = None
    only: frozenset[str] | None = None
    done: Mapping[str, Answer] = field(default_factory=dict)
    own: bool = True


@dataclass(frozen=True)
class Look:
    """One tenant as it was found: ready to run, or what is wrong with it, and why it would run ("": it need not)."""

    layer: Layer
    entry: Entry
    ready: Ready | None
    error: OrchestrateError | None
    why: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Looker:
    """Looks at the layers of one stack. ``force``: what did not change runs too; ``given``: what layers, by tenant, are
    given alone, or why one gets nothing."""

    deployer: deploy.Deployer
    force: bool = False
    given: Mapping[str, Own | OrchestrateError] = field(default_factory=dict)

    def read_register(self) -> Register:
        """What the bucket says; on paper, what can be read of it."""
        deployer = self.deployer
        nothing = Register(Entry(), {})
        try:
            return nothing if deployer.identity.method == NOBODY else index.read(deployer.store, deployer.stack)
        except OrchestrateError:
            if deployer.dry:
                return nothing
            raise

    def choose(self, found: Register, scope: Scope, *, deployed_only: bool) -> Choice:
        """Tenants in scope by name: those that are declared or have a state, or the latter alone."""
        stack = self.deployer.stack
        if stack.tenant_source is None:
            return Choice((), {})
        declared = [] if deployed_only else self.deployer.project.tenants(stack)
        names = {*declared, *found.deployed} if scope.only is None else scope.only - {""}
        if deployed_only:
            names &= {*found.deployed}
        choice = choose(names, scope.patterns, stack.label)
        mine = tuple(n for n in choice.chosen if scope.shard is None or n in scope.shard)
        return Choice(mine, {n: p for n, p in choice.excluded.items() if scope.shard is None or n in scope.shard})

    def look(self, verb: Verb, names: Sequence[str], tokens: Sequence[Token], found: Register) -> Iterable[Look]:
        """Each tenant made ready and compared with what the register says of it, in order."""
        deployer = self.deployer
        layers, given, missing = [], {}, {}
        for name in names:
            try:
                layer = deploy.layer_of(deployer.project, deployer.stack, verb, name)
                given[name] = self.given_to(verb, layer, tokens, found.of(name))
                layers.append(layer)
            except OrchestrateError as error:
                missing[name] = error
        records = {n: e.record for n, e in found.tenants.items()}
        ready = deployer.survey.prepare_all(verb, layers, tokens, records, given)
        by_name = {
            name: (layer, one) for name, layer, one in zip([la.tenant for la in layers], layers, ready, strict=True)
        }
        for name in names:
            entry = found.of(name)
            layer, one = by_name.get(name) or (Layer(deployer.stack, name), missing[name])
            if isinstance(one, OrchestrateError):
                why = "a newer orchestrate recorded its last apply" if entry.error else "its files are wrong"
                yield Look(layer, entry, None, one, why)
            else:
                yield self.compare(layer, entry, one)

    def given_to(self, verb: Verb, layer: Layer, tokens: Sequence[Token], entry: Entry) -> Own:
        """What a layer is given alone; raises why it gets nothing. To look for drift it is given again what its last apply
        was (a build, most of all) and nobody types now: another build is a change, and no drift."""
        if entry.error:
            raise entry.error
        found = self.given.get(layer.tenant, NOTHING)
        if isinstance(found, OrchestrateError):
            raise found
        if verb != DRIFT:
            return found
        now = {argument.name for argument in typed_values(tokens)}
        given = {name: text for name, text in entry.record.given.items() if name not in now}
        return Own(tuple(self.deployer.survey.typed_last(layer, replace(entry.record, given=given))))

    def compare(self, layer: Layer, entry: Entry, ready: Ready) -> Look:
        skips = ready.verb.name in ("plan", "apply") and not any(t.flag in _ALWAYS for t in ready.tokens)
        if not skips or self.force:
            return Look(layer, entry, ready, None, "asked for")
        if not entry.deployed:
            return Look(layer, entry, ready, None, "not deployed yet")
        different = tuple(fingerprint.differences(entry.record.inputs, ready.inputs))
        if not entry.record.inputs:
            why = "its last try failed" if entry.record.failed else "its last apply left no record"
        elif different:
            why = fingerprint.first_names(different) + (" ..." if len(different) > 5 else "")
        elif entry.touched:
            why = "its state was changed by another hand"
        else:
            why = "its last try failed" if entry.record.failed else ""
        return Look(layer, entry, ready, None, why, different)
