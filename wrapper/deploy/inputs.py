"""What a command finds before it starts: the values and arguments of each layer, checked, and their fingerprint.

All of it is fixed here: what is edited while Terraform runs changes neither the run nor what is recorded of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..aws.identity import Identity
from ..model import fingerprint
from ..model.errors import OrchestrateError
from ..model.fingerprint import Difference
from ..model.nouns import Effective, Layer, Stack, Variable
from ..project.project import Project
from ..run import plan_file, plan_run
from ..run.plan_run import Caller, Request
from ..run.runner import Talk
from ..state import layer_state
from ..state import store as stores
from ..state.record import Record
from ..terraform import arguments, environment, variables
from ..terraform.arguments import destroys, typed_values
from ..terraform.commands import VERBS, Token, Verb
from ..terraform.variables import Source
from .lb_slots import slots
from .lb_slots.slot_table import Register
from .lb_slots.variables import Sharing
from .prepared import NOTHING, Common, Own, Ready, digest_each, exactly
from .stack_outputs import Outputs


@dataclass
class Survey:
    """The looking up for one command on one stack. ``given`` is the caller's environment, for its TF_VAR_ names."""

    project: Project
    stack: Stack
    identity: Identity
    store: Callable[[], stores.Store]
    caller: Caller
    talk: Talk
    given: Mapping[str, str] = field(default_factory=dict)
    dry: bool = False

    @cached_property
    def outputs(self) -> Outputs:
        return Outputs(self.project, self.stack, self.identity, self.store, self.talk.say, self.dry)

    @cached_property
    def sharing(self) -> Sharing:
        by = self.caller.author
        return Sharing(
            lambda: Register(self.store(), self.stack, by), lambda: not self.dry or self.outputs.state() is not None
        )

    # -- layers made ready ------------------------------------------------------------------------

    def prepare(self, verb: Verb, layer: Layer, tokens: Sequence[Token], own: Own = NOTHING) -> Ready:
        """One layer made ready; raises what is wrong with it."""
        found = next(self.prepare_all(verb, [layer], tokens, own={layer.tenant: own}))
        if isinstance(found, OrchestrateError):
            raise found
        return found

    def prepare_all(
        self,
        verb: Verb,
        layers: Sequence[Layer],
        tokens: Sequence[Token],
        records: Mapping[str, Record] | None = None,
        own: Mapping[str, Own] | None = None,
    ) -> Iterator[Ready | OrchestrateError]:
        """Layers of one root made ready, in order; for one whose own files are wrong, what is wrong.
        Raises what is wrong for all. ``records`` by tenant, where they are known already; ``own``: what some of them,
        by tenant, are given alone."""
        if not layers:
            return
        common = self._common(verb, layers[0], tokens)
        if not common.valued:
            saved = common.saved and self.caller.directory / common.saved
            planned = plan_file.check(saved, layers[0].label) if saved else None
            yield from (Ready(layer, common, planned=planned) for layer in layers)
            return
        first: dict[str, tuple[Effective, str]] = {}
        for layer, values in zip(layers, self._values(layers, tokens, common.typed), strict=True):
            mine = (own or {}).get(layer.tenant, NOTHING)
            try:
                yield exactly(mine, self._ready(layer, self._with_own(layer, common, mine), values, first, records))
            except OrchestrateError as error:
                yield error

    def _with_own(self, layer: Layer, common: Common, own: Own) -> Common:
        """What all have in common, and what this one is given alone."""
        if own is NOTHING:
            return common
        request = common.request
        tokens = self.distribute(request.verb, layer, own.tokens, request.declared)
        typed = {a.name: variables.check_argument(a, request.declared) for a in typed_values(tokens)}
        return replace(
            common,
            request=replace(request, tokens=(*request.tokens, *tokens)),
            typed={**common.typed, **typed},
            own=replace(own, tokens=tuple(tokens)),
        )

    def _ready(
        self,
        layer: Layer,
        common: Common,
        values: dict[str, Effective] | OrchestrateError,
        first: dict[str, tuple[Effective, str]],
        records: Mapping[str, Record] | None,
    ) -> Ready:
        if isinstance(values, OrchestrateError):
            raise values
        destroying = destroys(common.request.verb, common.request.tokens)
        if destroying:
            values = self._fill_from_last_apply(layer, common.request.declared, values, records)
        if not (self.dry and destroying):  # on paper the last apply's -var are not looked up
            known = {*values, *common.typed, *common.own.hidden}
            variables.check_required(common.request.declared, known, layer.label)
        digests = digest_each({**values, **common.typed}, first)
        for name in common.typed:
            if common.request.declared[name].sensitive:
                values.pop(name, None)
        inputs = fingerprint.inputs(digests, **common.digests) if common.whole else {}
        return Ready(layer, common, values, inputs)

    def _common(self, verb: Verb, layer: Layer, tokens: Sequence[Token]) -> Common:
        declared = self.declared(layer)
        environment.check(self.given, declared if verb.values else ())
        mine = self.distribute(verb, layer, tokens, declared)
        saved = plan_run.file_argument(verb, mine)
        if saved:
            mine = [t for t in mine if t.flag != "var" or variables.parse_argument(t.value or "").name != "tenant"]
        typed = {a.name: variables.check_argument(a, declared) for a in typed_values(mine)} if verb.values else {}
        sources, modules = self.project.digest_sources(layer), self.project.digest_modules(layer)
        request = Request(
            layer,
            verb,
            tuple(mine),
            declared=declared,
            sources=self.project.work_files(layer),
            digest=fingerprint.digest(sources, modules),
            modules=self.project.modules(),
        )
        digests = {"sources": sources, "modules": modules, "versions": self.caller.versions}
        return Common(request, typed, saved, digests)

    def changed(self, layer: Layer, record: Record) -> list[Difference]:
        """What of a layer's inputs differs from its last apply, what was typed then standing in; [] when not known."""
        if not record.inputs:
            return []
        ready = self.prepare(VERBS["plan"], layer, self.typed_last(layer, record), Own(hidden=record.hidden))
        return fingerprint.differences(record.inputs, ready.inputs, record.hidden)

    def typed_last(self, layer: Layer, record: Record) -> list[Token]:
        """What was typed at a layer's last apply, as far as it still goes."""
        declared = self.declared(layer)
        given = {n: t for n, t in record.given.items() if n in declared}
        if not layer.tenant and slots.counts(declared):
            given = self.sharing.still_enough(given)
        return [Token("var", f"{n}={t}", ("-var", f"{n}={t}")) for n, t in given.items()]

    def check(self, verb: Verb, layer: Layer, tokens: Sequence[Token]) -> None:
        """Raise what is wrong with the arguments for any layer of this root."""
        self._common(verb, layer, tokens)

    def check_ahead(self, verb: Verb, tenant: Layer, tokens: Sequence[Token]) -> None:
        """A mistake in a tenant is said before its stack is made, as far as it shows without the stack's outputs."""
        common = self._common(verb, tenant, tokens)
        if common.saved:
            plan_file.check(self.caller.directory / common.saved, tenant.label)
            return
        coming = self.project.values.outputs(self.stack.source) & set(common.request.declared)
        if not self.project.values.template_mentions(self.stack, coming):
            unknown = {n: None for n in coming if common.request.declared[n].nullable}
            values = self.project.values.of(tenant, unknown, self._var_files(common.request.tokens))
            coming |= {slots.VARIABLE} if slots.takes(common.request.declared) else set()
            variables.check_required(common.request.declared, {*values, *common.typed, *coming}, tenant.label)

    # -- values -----------------------------------------------------------------------------------

    def declared(self, layer: Layer) -> dict[str, Variable]:
        declared = self.project.values.declared(layer.source)
        return declared if layer.tenant else declared | self.project.values.declared(layer.stack.config)

    def effective(self, layer: Layer, tokens: Sequence[Token]) -> dict[str, Effective]:
        """Every effective value of a layer, -var and -var-file included, with its origin."""
        declared = self.declared(layer)
        typed = {a.name: variables.check_argument(a, declared) for a in typed_values(tokens) if a.name in declared}
        values = next(iter(self._values([layer], tokens, typed)))
        if isinstance(values, OrchestrateError):
            raise values
        return {**values, **typed}

    def _values(
        self, layers: Sequence[Layer], tokens: Sequence[Token], typed: Mapping[str, Effective]
    ) -> Iterable[dict[str, Effective] | OrchestrateError]:
        """From the files, and what the tool itself gives."""
        sources = self._var_files(tokens)
        argued = {n: Effective(v, f"{s.name}:{line}") for s in sources for n, (v, line) in s.values.items()}
        return self.sharing.give(
            layers, self.declared(layers[0]), self._from_files(layers, tokens), {**argued, **typed}
        )

    def _from_files(
        self, layers: Sequence[Layer], tokens: Sequence[Token]
    ) -> Iterator[dict[str, Effective] | OrchestrateError]:
        outputs = self.outputs.of(layers[0])
        to_come = {} if outputs or not self.dry else self.outputs.to_come(layers[0], self.declared(layers[0]))
        for values in self.project.values.of_all(layers, outputs, self._var_files(tokens)):
            yield values if isinstance(values, OrchestrateError) else {**to_come, **values}

    def _var_files(self, tokens: Iterable[Token]) -> list[Source]:
        directory = self.caller.directory
        return [self.project.files.caller_source(directory / (t.value or "")) for t in tokens if t.flag == "var-file"]

    def _fill_from_last_apply(
        self,
        layer: Layer,
        declared: Mapping[str, Variable],
        values: dict[str, Effective],
        records: Mapping[str, Record] | None,
    ) -> dict[str, Effective]:
        """A destroy needs no -var typed again: values that were typed at the last apply stand in."""
        record = (
            Record() if self.dry else (records or {}).get(layer.tenant) or layer_state.load_record(self.store(), layer)
        )
        missing = {n: t for n, t in record.given.items() if n in declared and n not in values}
        source = Source(
            "-var of the last apply",
            {n: (variables.check_argument(variables.Argument(n, t), declared).value, 0) for n, t in missing.items()},
        )
        return {**values, **variables.merge(declared, (), [source], layer.label)}

    # -- arguments --------------------------------------------------------------------------------

    def distribute(
        self, verb: Verb, layer: Layer, tokens: Iterable[Token], declared: Mapping[str, Variable]
    ) -> list[Token]:
        """The caller's arguments that are this layer's: a -var goes to the root that declares it."""
        return arguments.distribute(verb, tokens, declared, self._others(layer), layer.label)

    def _others(self, layer: Layer) -> set[str]:
        stack = layer.stack
        other = stack.source if layer.tenant else stack.tenant_source
        return set(self.project.values.declared(other)) if other else set()
