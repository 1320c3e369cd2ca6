"""A layer made ready: its values and arguments, checked, and their fingerprint; from here it can only run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..model import fingerprint
from ..model.fingerprint import Inputs
from ..model.nouns import Layer, ResolvedValue, Run
from ..run import plan_run
from ..run.plan_run import RunContext, RunRequest
from ..state.record import DeploymentRecord
from ..terraform import variables
from ..terraform.arguments import partial, typed_values
from ..terraform.commands import Token, Verb
from . import promotion
from .lb_slots import slots


@dataclass(frozen=True)
class LayerOverrides:
    """What one layer alone is given: ``tokens`` as if typed for it, and the ``builds`` that must run there then,
    exactly (None: those that its values give); ``sensitive_names``: variables that the last apply got and that no record holds."""

    tokens: tuple[Token, ...] = ()
    builds: Mapping[str, str] | None = None
    sensitive_names: tuple[str, ...] = ()


NO_OVERRIDES = LayerOverrides()


@dataclass(frozen=True)
class RootRequest:
    """What all layers of one root have in common in one command: a request without values; ``typed``: its -var
    by name; ``saved``: the plan file it applies; ``digests`` of sources, modules and versions. Where one layer is given
    something alone it is ``own``, and the last of the request's arguments."""

    request: RunRequest
    typed: Mapping[str, ResolvedValue]
    saved: str
    digests: Mapping[str, str]
    own: LayerOverrides = NO_OVERRIDES

    @property
    def for_all(self) -> tuple[Token, ...]:
        """The arguments without those that this layer alone is given."""
        return self.request.tokens[: len(self.request.tokens) - len(self.own.tokens)]

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
    the plan file that it applies remembers."""

    layer: Layer
    root_request: RootRequest
    values: Mapping[str, ResolvedValue] = field(default_factory=dict)
    inputs: Inputs = field(default_factory=dict)
    planned: DeploymentRecord | None = None

    @property
    def verb(self) -> Verb:
        return self.root_request.request.verb

    @property
    def tokens(self) -> tuple[Token, ...]:
        return self.root_request.request.tokens

    @property
    def cli_vars(self) -> dict[str, str]:
        """Its -var, nothing sensitive."""
        declared = self.root_request.request.declared
        return {
            a.name: a.text for a in typed_values(self.tokens) if a.name in declared and not declared[a.name].sensitive
        }

    @property
    def sensitive_names(self) -> tuple[str, ...]:
        return tuple(sorted(n for n in self.root_request.typed if self.root_request.request.declared[n].sensitive))

    @property
    def builds(self) -> dict[str, str]:
        """Values of the variables that hold a build number, the root's own defaults too."""
        declared = self.root_request.request.declared
        values = {n: v.default for n, v in declared.items() if isinstance(v.default, str | int)}
        values |= {n: v.value for n, v in {**self.values, **self.root_request.typed}.items()}
        return {n: str(v) for n, v in sorted(values.items()) if variables.is_build(n) and v is not None}

    @property
    def record(self) -> DeploymentRecord:
        """What is to be recorded of it when it is applied; without inputs where there is nothing to record."""
        return self.planned or DeploymentRecord(
            inputs=self.inputs, cli_vars=self.cli_vars, sensitive_names=self.sensitive_names, builds=self.builds
        )

    @property
    def shares_load_balancer(self) -> bool:
        """Whether it stands behind a load balancer that it shares."""
        return slots.VARIABLE in self.values and slots.takes(self.root_request.request.declared)

    def with_value(self, name: str, value: ResolvedValue) -> PreparedLayer:
        """The same, with another value of one variable."""
        known = {**self.inputs.get("variables", {}), name: fingerprint.digest(value.value)}
        inputs = {**self.inputs, "variables": dict(sorted(known.items()))} if self.inputs else self.inputs
        return replace(self, values={**self.values, name: value}, inputs=inputs)

    def lay_out(self, context: RunContext, untaints: tuple[str, ...] = ()) -> Run:
        request = replace(self.root_request.request, layer=self.layer, values=self.values, untaints=untaints)
        return plan_run.lay_out(request, context)


def exactly(own: LayerOverrides, prepared: PreparedLayer) -> PreparedLayer:
    """The same; raises where other builds than those it is given would run."""
    if own.builds is not None:
        origins = {n: v.origin for n, v in {**prepared.values, **prepared.root_request.typed}.items()}
        promotion.check_same(own.builds, prepared.builds, origins, prepared.layer.label)
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
