"""What a command finds before it starts: the values of each layer and their fingerprint. What is wrong with the arguments
:mod:`wrapper.deploy.argument_checks` says.

All of it is fixed here: what is edited while Terraform runs changes neither the run nor what is recorded of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..aws.identity import Identity
from ..model import fingerprint, service_map
from ..model.console import Console
from ..model.errors import ConfigError, OrchestrateError
from ..model.fingerprint import Difference
from ..model.nouns import ResolvedValue, Variable
from ..model.stack import Layer, Stack
from ..project.project import Project
from ..project.variable_files import Decide
from ..run.plan_run import RunContext
from ..state import layer_state
from ..state.record import DeploymentRecord
from ..state.store import Store
from ..terraform import caller_values, service_checks, service_images, variables
from ..terraform.arguments import removes
from ..terraform.build_variables import folded, has_builds, holds_build
from ..terraform.commands import PLAN, Token, Verb
from ..terraform.merging import REPLACE, MergeDifference
from ..terraform.variables import CallerValue, Source
from . import build_choices, destroy_values
from .argument_checks import ArgumentChecks
from .build_choices import BuildPolicy, BuildQuestion
from .destroy_values import Losses
from .lb_slots import slots
from .lb_slots.slot_table import SlotTableStore
from .lb_slots.variables import SlotVariables
from .merge_choice import MergeChoice, UndecidedError
from .prepared import NO_OVERRIDES, LayerOverrides, PreparedLayer, RootRequest, digest_each, exactly
from .stack_outputs import Outputs


@dataclass
class InputResolver:
    """The looking up for one command on one stack. ``environ`` is the caller's environment, for its TF_VAR_ names;
    ``builds``: how the command chooses them."""

    project: Project
    stack: Stack
    identity: Identity
    store: Callable[[], Store]
    context: RunContext
    console: Console
    environ: Mapping[str, str] = field(default_factory=dict)
    dry: bool = False
    builds: BuildPolicy = field(default_factory=BuildPolicy)
    merge: str = ""  # the rule for maps where stack.hcl says none; "": to be decided by what has a state

    @cached_property
    def merge_choice(self) -> MergeChoice:
        return MergeChoice(self.stack, self._store_to_ask, self.console.info, dry=self.dry)

    def _store_to_ask(self) -> Store | None:
        return None if self.identity.is_nobody else self.store()

    @cached_property
    def checks(self) -> ArgumentChecks:
        return ArgumentChecks(self.project, self.stack, self.context, self.environ)

    @cached_property
    def outputs(self) -> Outputs:
        return Outputs(self.project, self.stack, self.identity, self.store, self.console.info, self.dry)

    @cached_property
    def slot_variables(self) -> SlotVariables:
        by = self.context.author
        return SlotVariables(
            lambda: SlotTableStore(self.store(), self.stack, by),
            lambda: not self.dry or self.outputs.state() is not None,
            lambda tenant: self.project.values.takes_over(self.stack, tenant),
        )

    # -- layers made ready ------------------------------------------------------------------------

    def prepare(
        self,
        verb: Verb,
        layer: Layer,
        tokens: Sequence[Token],
        overrides: LayerOverrides = NO_OVERRIDES,
        record: DeploymentRecord | None = None,
    ) -> PreparedLayer:
        """One layer made ready; raises what is wrong with it. ``record``: where it is known already."""
        records = None if record is None else {layer.tenant: record}
        found = next(self.prepare_all(verb, [layer], tokens, records, overrides={layer.tenant: overrides}))
        if isinstance(found, OrchestrateError):
            raise found
        return found

    def prepare_all(
        self,
        verb: Verb,
        layers: Sequence[Layer],
        tokens: Sequence[Token],
        records: Mapping[str, DeploymentRecord] | None = None,
        overrides: Mapping[str, LayerOverrides] | None = None,
    ) -> Iterator[PreparedLayer | OrchestrateError]:
        """Layers of one root made ready, in order; for one whose own files are wrong, what is wrong.
        Raises what is wrong for all. ``records`` by tenant, where they are known already; ``overrides``: what some of them,
        by tenant, get beside the command."""
        if not layers:
            return
        root_request = self.checks.root_request(verb, layers[0], tokens)
        if not root_request.valued:
            planned = self.checks.planned(layers[0], root_request, self.console.info)
            root_request = self.checks.as_planned(root_request, planned) if root_request.saved else root_request
            yield from (PreparedLayer(layer, root_request, planned=planned) for layer in layers)
            return
        first: dict[str, tuple[ResolvedValue, str]] = {}
        losses = destroy_values.Losses(self.console.info) if removes(verb, tokens) else None
        given = root_request.caller_values
        applies = losses is None and (verb.compares or verb.mutates)
        decide = self._decide(given, self._to_apply if applies else self._as_it_was)
        for layer, values in zip(layers, self._values(layers, given, decide, losses), strict=True):
            mine = (overrides or {}).get(layer.tenant, NO_OVERRIDES)
            try:
                request = self.checks.with_overrides(layer, root_request, mine)
                yield exactly(mine, self._ready(layer, request, values, first, records, losses))
            except OrchestrateError as error:
                yield error

    def _ready(
        self,
        layer: Layer,
        root_request: RootRequest,
        values: dict[str, ResolvedValue] | OrchestrateError,
        first: dict[str, tuple[ResolvedValue, str]],
        records: Mapping[str, DeploymentRecord] | None,
        losses: Losses | None,
    ) -> PreparedLayer:
        if isinstance(values, OrchestrateError):
            raise values
        request = root_request.request
        record = self._record(layer, root_request, records)
        if losses and record:
            values = self._fill_from_last_apply(layer, request.declared, values, record)
        question = self._question(root_request, values, seen=record is not None)
        build_choices.check_mode(question, layer.label, self._stack_file())
        choices = question.ask(record or DeploymentRecord())
        if record and record.damaged and not losses:
            self._check_every_given(layer, question)
        if not losses and service_images.IMAGES in request.declared:
            service_images.check_names(request.declared, {**values, **root_request.caller_values}, layer.label)
        values = question.settle(values, choices, root_request.caller_values)
        known = {*folded(values, request.declared), *root_request.overrides.sensitive_names}
        if losses:
            root_request, values = self._for_destroy(layer, root_request, values, known, losses)
        else:
            _check_required(layer, request.declared, known, record)
            if service_map.VARIABLE in request.declared:
                service_checks.check(request.declared, values, layer.label)
                service_images.check(request.declared, values, layer.label)
        digests = digest_each(values, first)
        inputs = fingerprint.inputs(digests, **root_request.digests) if root_request.whole else {}
        return PreparedLayer(layer, root_request, values, inputs, question=question).chosen(choices)

    def _check_every_given(self, layer: Layer, question: BuildQuestion) -> None:
        """ConfigError where the layer's record is damaged, and the command leaves a build to it."""
        left = sorted(question.now.keys() - question.given.keys())
        if left and not question.policy.follows_files:
            give = " ".join(f"-var {name}=..." for name in left)
            raise layer_state.damaged_record(self.store(), layer, f"give every build: {give}")

    def _for_destroy(
        self,
        layer: Layer,
        root_request: RootRequest,
        values: dict[str, ResolvedValue],
        known: Collection[str],
        losses: Losses,
    ) -> tuple[RootRequest, dict[str, ResolvedValue]]:
        """The same with an empty value for what has none; then Terraform makes no plan of what the root says, for which such a
        value is nothing. Raises where a provider may be configured by what is lost or missing."""
        declared = root_request.request.declared
        builds = service_images.unknown_builds(declared, values)
        # A dry run does not look up the last -var.
        missing = {} if self.dry else destroy_values.stand_ins(declared, known, builds)
        lost = losses.of(layer)
        if not lost and not missing:
            return root_request, values
        configuring = destroy_values.configuring(b for _, b in self.project.files.blocks(layer.source))
        certain = {*root_request.caller_values, *(n for n, v in values.items() if v.origin == "orchestrate")}
        destroy_values.check_providers(lost, configuring, certain)
        if configuring is None or configuring & missing.keys():
            variables.check_required(declared, known, layer.label)
        if not missing:
            return root_request, values
        self.console.info(f"{layer.label}: no value for {', '.join(missing)}; the destroy goes on without a refresh")
        return root_request.without_refresh(), {**values, **missing}

    def _question(self, root_request: RootRequest, values: Mapping[str, ResolvedValue], *, seen: bool) -> BuildQuestion:
        """By what its builds are chosen. ``values``: what the files say."""
        request, overrides = root_request.request, root_request.overrides
        ways = dict.fromkeys(caller_values.named(overrides.tokens), overrides.how)
        by_command = {n: (v, ways.get(n) or _way(v)) for n, v in root_request.caller_values.items()}
        moves = request.verb.compares and not removes(request.verb, request.tokens)
        policy = replace(self.builds, as_it_ran=not moves, unseen=not seen)
        return build_choices.question(request.declared, values, by_command, policy)

    def _stack_file(self) -> str:
        return self.project.files.short(self.stack.config / "stack.hcl")

    def _record(
        self, layer: Layer, root_request: RootRequest, records: Mapping[str, DeploymentRecord] | None
    ) -> DeploymentRecord | None:
        """What the layer's last apply left; None where it cannot be read from here. Where nothing of it is needed, it is not
        asked for."""
        request = root_request.request
        if records is not None:
            return records.get(layer.tenant, DeploymentRecord())
        if not has_builds(request.declared) and not removes(request.verb, request.tokens):
            return DeploymentRecord()
        try:
            return None if self.identity.is_nobody else layer_state.load_trusted(self.store(), layer)
        except OrchestrateError:
            if not self.dry:
                raise
            return None

    def changed(self, layer: Layer, record: DeploymentRecord) -> list[Difference]:
        """What of a layer's inputs differs from its last apply, what was typed then standing in; [] when not known."""
        if not record.inputs:
            return []
        overrides = LayerOverrides(sensitive_names=record.sensitive_names)
        try:
            prepared = self.prepare(PLAN, layer, self.last_cli_vars(layer, record), overrides, record)
        except UndecidedError as error:
            return [Difference("rule of merging", "", "", str(error))]
        return build_choices.differences(record, prepared.inputs, prepared.choices, record.sensitive_names)

    def last_cli_vars(self, layer: Layer, record: DeploymentRecord) -> list[Token]:
        """What was typed at a layer's last apply, as far as it still goes; its builds stay by themselves."""
        declared = self.checks.declared(layer)
        known = {n: t for n, t in record.cli_vars.items() if n in declared}
        cli_vars = {n: t for n, t in known.items() if not holds_build(declared[n])}
        if not layer.tenant and slots.counts(declared):
            cli_vars = self.slot_variables.still_enough(cli_vars)
        return caller_values.as_tokens(cli_vars)

    # -- values -----------------------------------------------------------------------------------

    def effective(self, layer: Layer, tokens: Sequence[Token]) -> dict[str, ResolvedValue]:
        """Every effective value of a layer, -var and -var-file included, with its origin."""
        root_request = self.checks.root_request(PLAN, layer, tokens, runs=False)
        decide = self._decide(root_request.caller_values, self._to_show)
        values = next(iter(self._values([layer], root_request.caller_values, decide)))
        if isinstance(values, OrchestrateError):
            raise values
        record = self._record(layer, root_request, None)
        question = self._question(root_request, values, seen=record is not None)
        return question.settle(values, question.ask(record or DeploymentRecord()), root_request.caller_values)

    def merge_differences(self, layers: Sequence[Layer]) -> Iterator[list[MergeDifference] | OrchestrateError]:
        """Of each layer of one root what the two rules of merging read in two ways."""
        return self.project.values.merge_differences(layers, self.outputs.of(layers[0], needed=False))

    def _decide(self, given: Collection[str], decide: Decide) -> Decide:
        """Where the stack says no rule of merging, and the command does not give (``given``, by name) what differs."""

        def decided(layer: Layer, found: Sequence[MergeDifference]) -> str:
            left = [d for d in found if d.variable.name not in given]
            return self.merge or (decide(layer, left) if left else REPLACE)

        return decided

    def _to_apply(self, layer: Layer, found: Sequence[MergeDifference]) -> str:
        return self.merge_choice.to_apply(layer, found)

    def _to_show(self, layer: Layer, found: Sequence[MergeDifference]) -> str:
        return self.merge_choice.to_show(layer, found)

    def _as_it_was(self, _layer: Layer, _found: Sequence[MergeDifference]) -> str:
        """For what goes, or is only looked at."""
        return REPLACE

    def _values(
        self,
        layers: Sequence[Layer],
        by_caller: Mapping[str, CallerValue],
        decide: Decide,
        losses: Losses | None = None,
    ) -> Iterable[dict[str, ResolvedValue] | OrchestrateError]:
        """From the files, and what the tool itself gives. ``losses``: of a destroy."""
        found = self._from_files(layers, decide, losses)
        declared, goes = self.checks.declared(layers[0]), losses is not None
        return self.slot_variables.give(layers, declared, found, {**by_caller}, goes=goes)

    def _from_files(
        self, layers: Sequence[Layer], decide: Decide, losses: Losses | None
    ) -> Iterator[dict[str, ResolvedValue] | OrchestrateError]:
        outputs, declared = self.outputs.of(layers[0], needed=losses is None), self.checks.declared(layers[0])
        to_come = {} if outputs or not self.dry else self.outputs.to_come(layers[0], declared)
        for values in self.project.values.of_all(layers, outputs, losses.note if losses else None, decide):
            yield values if isinstance(values, OrchestrateError) else {**to_come, **values}

    def _fill_from_last_apply(
        self,
        layer: Layer,
        declared: Mapping[str, Variable],
        values: dict[str, ResolvedValue],
        record: DeploymentRecord,
    ) -> dict[str, ResolvedValue]:
        """A destroy needs no -var typed again: values that were typed at the last apply stand in."""
        missing = {n: t for n, t in record.cli_vars.items() if n in declared and n not in values}
        source = Source(
            "-var of the last apply",
            {n: (variables.check_argument(variables.Argument(n, t), declared).value, 0) for n, t in missing.items()},
        )
        return {**values, **variables.merge(declared, (), [source], layer.label)}


def _check_required(
    layer: Layer, declared: Mapping[str, Variable], known: Collection[str], record: DeploymentRecord | None
) -> None:
    """ConfigError where a variable has no value; for a build that was renamed with the number that ran."""
    try:
        variables.check_required(declared, known, layer.label)
    except ConfigError as error:
        error.hint = (record and build_choices.renaming(declared, known, record)) or error.hint
        raise


def _way(value: CallerValue) -> str:
    """How a command gives a value, as a record has it."""
    by_var = value.text is not None or value.origin.startswith("-var ")
    return "-var" if by_var else f"-var-file, {value.origin}"
