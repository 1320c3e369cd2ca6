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
from ..model.nouns import Layer, ResolvedValue, Stack, Variable
from ..project.project import Project
from ..run import plan_file, plan_run
from ..run.plan_run import RunContext, RunRequest
from ..run.runner import Console
from ..state import layer_state
from ..state import store as stores
from ..state.record import DeploymentRecord
from ..terraform import arguments, environment, variables
from ..terraform.arguments import destroys, typed_values
from ..terraform.commands import VERBS, Token, Verb
from ..terraform.variables import Source
from .lb_slots import slots
from .lb_slots.slot_table import SlotTableStore
from .lb_slots.variables import SlotVariables
from .prepared import NO_OVERRIDES, LayerOverrides, PreparedLayer, RootRequest, digest_each, exactly
from .stack_outputs import Outputs


@dataclass
class InputResolver:
    """The looking up for one command on one stack. ``given`` is the caller's environment, for its TF_VAR_ names."""

    project: Project
    stack: Stack
    identity: Identity
    store: Callable[[], stores.Store]
    context: RunContext
    console: Console
    given: Mapping[str, str] = field(default_factory=dict)
    dry: bool = False

    @cached_property
    def outputs(self) -> Outputs:
        return Outputs(self.project, self.stack, self.identity, self.store, self.console.info, self.dry)

    @cached_property
    def slot_variables(self) -> SlotVariables:
        by = self.context.author
        return SlotVariables(
            lambda: SlotTableStore(self.store(), self.stack, by),
            lambda: not self.dry or self.outputs.state() is not None,
        )

    # -- layers made ready ------------------------------------------------------------------------

    def prepare(
        self, verb: Verb, layer: Layer, tokens: Sequence[Token], own: LayerOverrides = NO_OVERRIDES
    ) -> PreparedLayer:
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
        records: Mapping[str, DeploymentRecord] | None = None,
        own: Mapping[str, LayerOverrides] | None = None,
    ) -> Iterator[PreparedLayer | OrchestrateError]:
        """Layers of one root made ready, in order; for one whose own files are wrong, what is wrong.
        Raises what is wrong for all. ``records`` by tenant, where they are known already; ``own``: what some of them,
        by tenant, are given alone."""
        if not layers:
            return
        root_request = self._common(verb, layers[0], tokens)
        if not root_request.valued:
            saved = root_request.saved and self.context.directory / root_request.saved
            planned = plan_file.check(saved, layers[0].label) if saved else None
            yield from (PreparedLayer(layer, root_request, planned=planned) for layer in layers)
            return
        first: dict[str, tuple[ResolvedValue, str]] = {}
        for layer, values in zip(layers, self._values(layers, tokens, root_request.typed), strict=True):
            mine = (own or {}).get(layer.tenant, NO_OVERRIDES)
            try:
                yield exactly(
                    mine, self._ready(layer, self._with_own(layer, root_request, mine), values, first, records)
                )
            except OrchestrateError as error:
                yield error

    def _with_own(self, layer: Layer, root_request: RootRequest, own: LayerOverrides) -> RootRequest:
        """What all have in common, and what this one is given alone."""
        if own is NO_OVERRIDES:
            return root_request
        request = root_request.request
        tokens = self.distribute(request.verb, layer, own.tokens, request.declared)
        typed = {a.name: variables.check_argument(a, request.declared) for a in typed_values(tokens)}
        return replace(
            root_request,
            request=replace(request, tokens=(*request.tokens, *tokens)),
            typed={**root_request.typed, **typed},
            own=replace(own, tokens=tuple(tokens)),
        )

    def _ready(
        self,
        layer: Layer,
        root_request: RootRequest,
        values: dict[str, ResolvedValue] | OrchestrateError,
        first: dict[str, tuple[ResolvedValue, str]],
        records: Mapping[str, DeploymentRecord] | None,
    ) -> PreparedLayer:
        if isinstance(values, OrchestrateError):
            raise values
        destroying = destroys(root_request.request.verb, root_request.request.tokens)
        if destroying:
            values = self._fill_from_last_apply(layer, root_request.request.declared, values, records)
        if not (self.dry and destroying):  # on paper the last apply's -var are not looked up
            known = {*values, *root_request.typed, *root_request.own.hidden}
            variables.check_required(root_request.request.declared, known, layer.label)
        digests = digest_each({**values, **root_request.typed}, first)
        for name in root_request.typed:
            if root_request.request.declared[name].sensitive:
                values.pop(name, None)
        inputs = fingerprint.inputs(digests, **root_request.digests) if root_request.whole else {}
        return PreparedLayer(layer, root_request, values, inputs)

    def _common(self, verb: Verb, layer: Layer, tokens: Sequence[Token]) -> RootRequest:
        declared = self.declared(layer)
        environment.check(self.given, declared if verb.values else ())
        mine = self.distribute(verb, layer, tokens, declared)
        saved = plan_run.file_argument(verb, mine)
        if saved:
            mine = [t for t in mine if t.flag != "var" or variables.parse_argument(t.value or "").name != "tenant"]
        typed = {a.name: variables.check_argument(a, declared) for a in typed_values(mine)} if verb.values else {}
        sources, modules = self.project.digest_sources(layer), self.project.digest_modules(layer)
        request = RunRequest(
            layer,
            verb,
            tuple(mine),
            declared=declared,
            sources=self.project.work_files(layer),
            digest=fingerprint.digest(sources, modules),
            modules=self.project.modules(),
        )
        digests = {"sources": sources, "modules": modules, "versions": self.context.versions}
        return RootRequest(request, typed, saved, digests)

    def changed(self, layer: Layer, record: DeploymentRecord) -> list[Difference]:
        """What of a layer's inputs differs from its last apply, what was typed then standing in; [] when not known."""
        if not record.inputs:
            return []
        prepared = self.prepare(
            VERBS["plan"], layer, self.typed_last(layer, record), LayerOverrides(hidden=record.hidden)
        )
        return fingerprint.differences(record.inputs, prepared.inputs, record.hidden)

    def typed_last(self, layer: Layer, record: DeploymentRecord) -> list[Token]:
        """What was typed at a layer's last apply, as far as it still goes."""
        declared = self.declared(layer)
        given = {n: t for n, t in record.given.items() if n in declared}
        if not layer.tenant and slots.counts(declared):
            given = self.slot_variables.still_enough(given)
        return [Token("var", f"{n}={t}", ("-var", f"{n}={t}")) for n, t in given.items()]

    def check(self, verb: Verb, layer: Layer, tokens: Sequence[Token]) -> None:
        """Raise what is wrong with the arguments for any layer of this root."""
        self._common(verb, layer, tokens)

    def check_ahead(self, verb: Verb, tenant: Layer, tokens: Sequence[Token]) -> None:
        """A mistake in a tenant is said before its stack is made, as far as it shows without the stack's outputs."""
        root_request = self._common(verb, tenant, tokens)
        if root_request.saved:
            plan_file.check(self.context.directory / root_request.saved, tenant.label)
            return
        coming = self.project.values.outputs(self.stack.source) & set(root_request.request.declared)
        if not self.project.values.template_mentions(self.stack, coming):
            unknown = {n: None for n in coming if root_request.request.declared[n].nullable}
            values = self.project.values.of(tenant, unknown, self._var_files(root_request.request.tokens))
            coming |= {slots.VARIABLE} if slots.takes(root_request.request.declared) else set()
            variables.check_required(
                root_request.request.declared, {*values, *root_request.typed, *coming}, tenant.label
            )

    # -- values -----------------------------------------------------------------------------------

    def declared(self, layer: Layer) -> dict[str, Variable]:
        declared = self.project.values.declared(layer.source)
        return declared if layer.tenant else declared | self.project.values.declared(layer.stack.config)

    def effective(self, layer: Layer, tokens: Sequence[Token]) -> dict[str, ResolvedValue]:
        """Every effective value of a layer, -var and -var-file included, with its origin."""
        declared = self.declared(layer)
        typed = {a.name: variables.check_argument(a, declared) for a in typed_values(tokens) if a.name in declared}
        values = next(iter(self._values([layer], tokens, typed)))
        if isinstance(values, OrchestrateError):
            raise values
        return {**values, **typed}

    def _values(
        self, layers: Sequence[Layer], tokens: Sequence[Token], typed: Mapping[str, ResolvedValue]
    ) -> Iterable[dict[str, ResolvedValue] | OrchestrateError]:
        """From the files, and what the tool itself gives."""
        sources = self._var_files(tokens)
        argued = {n: ResolvedValue(v, f"{s.name}:{line}") for s in sources for n, (v, line) in s.values.items()}
        return self.slot_variables.give(
            layers, self.declared(layers[0]), self._from_files(layers, tokens), {**argued, **typed}
        )

    def _from_files(
        self, layers: Sequence[Layer], tokens: Sequence[Token]
    ) -> Iterator[dict[str, ResolvedValue] | OrchestrateError]:
        outputs = self.outputs.of(layers[0])
        to_come = {} if outputs or not self.dry else self.outputs.to_come(layers[0], self.declared(layers[0]))
        for values in self.project.values.of_all(layers, outputs, self._var_files(tokens)):
            yield values if isinstance(values, OrchestrateError) else {**to_come, **values}

    def _var_files(self, tokens: Iterable[Token]) -> list[Source]:
        directory = self.context.directory
        return [self.project.files.caller_source(directory / (t.value or "")) for t in tokens if t.flag == "var-file"]

    def _fill_from_last_apply(
        self,
        layer: Layer,
        declared: Mapping[str, Variable],
        values: dict[str, ResolvedValue],
        records: Mapping[str, DeploymentRecord] | None,
    ) -> dict[str, ResolvedValue]:
        """A destroy needs no -var typed again: values that were typed at the last apply stand in."""
        record = (
            DeploymentRecord()
            if self.dry
            else (records or {}).get(layer.tenant) or layer_state.load_record(self.store(), layer)
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
