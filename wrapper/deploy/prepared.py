"""A layer made ready: its values and arguments, checked, and their fingerprint; from here it can only run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..model import fingerprint
from ..model.fingerprint import Inputs
from ..model.nouns import ResolvedValue, Run
from ..model.stack import Layer
from ..run import plan_run
from ..run.plan_run import RunContext, RunRequest
from ..state.record import DeploymentRecord
from ..terraform.arguments import partial, without_refresh
from ..terraform.build_variables import folded, is_build
from ..terraform.commands import Token, Verb
from ..terraform.variables import CallerValue
from . import build_choices, promotion
from .build_choices import BuildQuestion
from .build_rule import BuildChoice
from .lb_slots import slots
from .lb_slots.assignment import Paths
from .lb_slots.variables import paths

RUNNING = "running_tasks"  # a variable of a tenant's root: the name of a service => its tasks


@dataclass(frozen=True)
class LayerOverrides:
    """What one layer alone is given: ``tokens`` as if typed for it, and the ``builds`` that must run there then,
    exactly (None: those that its values give); ``how`` it is given; ``sensitive_names``: variables that the last apply got and
    that no record holds."""

    tokens: tuple[Token, ...] = ()
    builds: Mapping[str, str] | None = None
    sensitive_names: tuple[str, ...] = ()
    how: str = "-var"


NO_OVERRIDES = LayerOverrides()


@dataclass(frozen=True)
class RootRequest:
    """What all layers of one root have in common in one command: a request without values; ``caller_values``: what its -var and
    -var-file give, by name; ``saved``: the plan file it applies; ``digests`` of sources, modules and versions. Where one layer
    is given something alone it is ``overrides``, and the last of the request's arguments."""

    request: RunRequest
    caller_values: Mapping[str, CallerValue]
    saved: str
    digests: Mapping[str, str]
    overrides: LayerOverrides = NO_OVERRIDES

    @property
    def for_all(self) -> tuple[Token, ...]:
        """The arguments without those that this layer alone is given."""
        return self.request.tokens[: len(self.request.tokens) - len(self.overrides.tokens)]

    def without_refresh(self) -> RootRequest:
        """The same, and Terraform looks only at the state."""
        return replace(self, request=replace(self.request, tokens=without_refresh(self.request.tokens)))

    @property
    def valued(self) -> bool:
        return self.request.verb.values and not self.saved

    @property
    def whole(self) -> bool:
        """Whether what it does is all that its inputs say."""
        return self.valued and not partial(self.request.tokens)


@dataclass(frozen=True)
class PreparedLayer:
    """A layer whose inputs are known and right. ``inputs`` is {} where the command is for a part of it; ``planned``: what
    the plan file that it applies remembers; ``choices``: of its builds, by variable, by the answer to ``question``;
    ``strange``: those that do not run in the stack before, for the reason ``unpromoted``; ``state_lost``: why it goes on
    without its state."""

    layer: Layer
    root_request: RootRequest
    values: Mapping[str, ResolvedValue] = field(default_factory=dict)
    inputs: Inputs = field(default_factory=dict)
    planned: DeploymentRecord | None = None
    choices: Mapping[str, BuildChoice] = field(default_factory=dict)
    question: BuildQuestion | None = None
    strange: tuple[str, ...] = ()
    unpromoted: str = ""
    state_lost: str = ""

    @property
    def verb(self) -> Verb:
        return self.root_request.request.verb

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.root_request.request.tokens

    @property
    def cli_vars(self) -> dict[str, str]:
        """Its -var, nothing sensitive; without those that a later -var-file replaces."""
        given = self.root_request.caller_values
        left = {*self.sensitive_names, *self.unused_builds}
        return {n: v.text for n, v in given.items() if v.text is not None and n not in left}

    @property
    def sensitive_names(self) -> tuple[str, ...]:
        declared, given = self.root_request.request.declared, self.root_request.caller_values
        return tuple(sorted(n for n, v in given.items() if v.secret or (v.text is not None and declared[n].sensitive)))

    @property
    def builds(self) -> dict[str, str]:
        """Values of the variables that hold a build number, the root's own defaults too."""
        return {n: one.number for n, one in self.choices.items() if one.number is not None}

    @property
    def unused_builds(self) -> list[str]:
        """What the command gives, and no service runs."""
        given, question = self.root_request.caller_values, self.question
        return sorted(n for n in given if question is not None and is_build(n) and not question.has(n))

    @property
    def record(self) -> DeploymentRecord:
        """What is to be recorded of it when it is applied; without inputs where there is nothing to record."""
        if self.planned:
            return replace(self.planned, reason={**self.planned.reason, **self._lost})
        brought = build_choices.brought(self.choices)
        for name in set(self.strange) & brought.keys():
            brought[name]["unpromoted"] = self.unpromoted
        return DeploymentRecord(
            inputs=self.inputs,
            # An older tool drops `files` and `brought`; what stands here it gives again, and takes no file for the reason.
            cli_vars={**{n: b for n, b in self.builds.items() if n in brought}, **self.cli_vars},
            sensitive_names=self.sensitive_names,
            builds=self.builds,
            reason={**self._exempted, **self._lost},
            files={n: one.now.as_data() for n, one in self.choices.items()},
            brought=brought,
        )

    @property
    def _exempted(self) -> dict[str, Any]:
        return {"unpromoted": {"reason": self.unpromoted, "builds": sorted(self.strange)}} if self.unpromoted else {}

    @property
    def _lost(self) -> dict[str, Any]:
        return {"state_lost": self.state_lost} if self.state_lost else {}

    @property
    def shares_load_balancer(self) -> bool:
        """Whether it stands behind a load balancer that it shares."""
        return slots.VARIABLE in self.values and slots.takes(self.root_request.request.declared)

    @property
    def takes_moves(self) -> bool:
        """Whether a move of it takes a second slot there."""
        return self.shares_load_balancer and slots.takes_moves(self.root_request.request.declared)

    @property
    def moves(self) -> bool:
        """Whether it has that slot now."""
        value = self.values[slots.VARIABLE].value if self.takes_moves else None
        rules = [value, *value.get("rules", {}).values()] if isinstance(value, Mapping) else []
        return any(rule.get("moving") is not None for rule in rules)

    @property
    def joins(self) -> bool:
        """Whether a path is new, whose rule answers no client yet."""
        value = self.values[slots.VARIABLE].value if self.shares_load_balancer else None
        rules = value.get("rules", {}) if isinstance(value, Mapping) else {}
        return any(rule.get("joining") for rule in rules.values())

    @property
    def paths(self) -> Paths | None:
        """Its services that need a slot of their own; None where its root takes none."""
        return paths(self.root_request.request.declared, self.values)

    @property
    def takes_counts(self) -> bool:
        """Whether its root takes how many tasks run, and was not told."""
        kind = self.root_request.request.declared.get(RUNNING)
        return kind is not None and kind.type[0] == "map" and RUNNING not in self.values

    def with_counts(self, counts: Mapping[str, int]) -> PreparedLayer:
        """The same, told how many tasks each service runs: no input, since only a service that is made looks at it."""
        value = ResolvedValue(dict(counts), "ECS (what runs now)")
        return replace(self, values={**self.values, RUNNING: value})

    def with_value(self, name: str, value: ResolvedValue) -> PreparedLayer:
        """The same, with another value of one variable."""
        known = {**self.inputs.get("variables", {}), name: fingerprint.digest(value.value)}
        inputs = {**self.inputs, "variables": dict(sorted(known.items()))} if self.inputs else self.inputs
        return replace(self, values={**self.values, name: value}, inputs=inputs)

    def asked_again(self, record: DeploymentRecord) -> PreparedLayer:
        """The same, its builds chosen by this record."""
        if self.question is None or not self.root_request.valued:
            return self
        return self.chosen(self.question.ask(record))

    def chosen(self, choices: Mapping[str, BuildChoice]) -> PreparedLayer:
        """The same, with these builds."""
        values = build_choices.settled(self.values, choices)
        if not self.inputs:
            return replace(self, values=values, choices=choices)
        known = {**self.inputs["variables"], **{n: fingerprint.digest(c.number) for n, c in choices.items()}}
        digests = {n: d for n, d in known.items() if n not in choices or n in values}
        inputs = {**self.inputs, "variables": dict(sorted(digests.items()))}
        return replace(self, values=values, choices=choices, inputs=inputs)

    def lay_out(self, context: RunContext, untaints: tuple[str, ...] = ()) -> Run:
        values = folded(self.values, self.root_request.request.declared)
        request = replace(self.root_request.request, layer=self.layer, values=values, untaints=untaints)
        return plan_run.lay_out(request, context)


def exactly(overrides: LayerOverrides, prepared: PreparedLayer) -> PreparedLayer:
    """The same; raises where other builds than those it is given would run."""
    if overrides.builds is not None:
        origins = {n: v.origin for n, v in prepared.values.items()}
        promotion.check_same(overrides.builds, prepared.builds, origins, prepared.layer.label, prepared.unused_builds)
    return prepared


def digest_each(values: Mapping[str, ResolvedValue], first: dict[str, tuple[ResolvedValue, str]]) -> dict[str, str]:
    """A digest of each value; what a layer shares with the first one (the very same object) is not made again."""
    found = {}
    for name, value in values.items():
        known = first.get(name)
        found[name] = known[1] if known and known[0] is value else fingerprint.digest(value.value)
        if known is None:
            first[name] = (value, found[name])
    return found
