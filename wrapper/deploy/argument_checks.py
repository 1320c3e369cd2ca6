"""The caller's arguments, checked against what the roots of a stack declare: whose each is, and whether it fits. The values
that they become part of :mod:`wrapper.deploy.inputs` finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..model import fingerprint
from ..model.errors import UsageError
from ..model.nouns import FetchedModules, Variable
from ..model.stack import Layer, Stack
from ..project.project import Project
from ..run import plan_file, plan_run
from ..run.plan_run import RunContext, RunRequest
from ..state import record
from ..state.record import DeploymentRecord
from ..terraform import caller_values, environment, variables
from ..terraform.build_variables import folded
from ..terraform.commands import Token, Verb
from ..terraform.variables import CallerValue
from .lb_slots import slots
from .prepared import NO_OVERRIDES, LayerOverrides, RootRequest

LONGEST_REASON = 200  # characters


def check_reason(option: str, reason: str) -> None:
    """UsageError for what cannot stand in a history as the reason of an apply."""
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise UsageError(
            f"{option} takes a reason of at most {LONGEST_REASON} printable characters",
            hint=f'for example: {option} "INC-123"',
        )


@dataclass(frozen=True)
class ArgumentChecks:
    """Of one command on one stack. ``environ`` is the caller's environment, for its TF_VAR_ names."""

    project: Project
    stack: Stack
    context: RunContext
    environ: Mapping[str, str] = field(default_factory=dict)

    def declared(self, layer: Layer) -> dict[str, Variable]:
        declared = self.project.values.declared(layer.source)
        return declared if layer.tenant else declared | self.project.values.declared(layer.stack.config)

    def distribute(
        self, verb: Verb, layer: Layer, tokens: Iterable[Token], declared: Mapping[str, Variable]
    ) -> list[Token]:
        """The caller's arguments that are this layer's: a value goes to the root that declares it."""
        return caller_values.distribute(verb, tokens, declared, self._others(layer), layer.label)

    def _others(self, layer: Layer) -> dict[str, Variable]:
        stack = layer.stack
        other = stack.source if layer.tenant else stack.tenant_source
        return self.project.values.declared(other) if other else {}

    def _read(self, verb: Verb, tokens: Iterable[Token], declared: Mapping[str, Variable]) -> dict[str, CallerValue]:
        found = caller_values.read(tokens, declared) if verb.values else {}
        for value in found.values():
            if value.template:
                self.project.files.info(
                    f"{value.origin}: ${{ and %{{ are text here; Terraform would read them otherwise"
                )
        return found

    def root_request(self, verb: Verb, layer: Layer, tokens: Sequence[Token], *, runs: bool = True) -> RootRequest:
        """What all layers of this one's root have in common; raises what is wrong with the arguments for any of them. ``runs``: not
        only its values are looked at."""
        declared = self.declared(layer)
        environment.check(self.environ, declared if verb.values else ())
        mine = self.distribute(verb, layer, tokens, declared)
        saved = plan_run.file_argument(verb, mine)
        if saved:
            mine = [t for t in mine if t.flag != "var" or caller_values.argument_of(t).name != "tenant"]
        read = self._read(verb, mine, declared)
        digests = self.project.digests(layer)._asdict()
        request = RunRequest(
            layer,
            verb,
            tuple(mine),
            declared=declared,
            sources=self.project.work_files(layer),
            digest=fingerprint.digest(*digests.values()),
            modules=self.project.modules(),
            folders=self.project.folders,
        )
        fetched = self._fetched(layer, verb) if runs and not saved and (verb.init or verb.gets) else None
        remote = {"remote_modules": fetched.identity} if fetched else {}
        request = replace(request, fetched=fetched) if fetched else request
        return RootRequest(request, read, saved, {**digests, **remote, "versions": self.context.versions})

    def _fetched(self, layer: Layer, verb: Verb, pinned: str | None = None) -> FetchedModules | None:
        """What a root's code calls from elsewhere. What goes, and a state that is only read, takes what is here."""
        if self.context.remote_modules is None:
            return None
        return self.context.remote_modules(layer, look_up=verb.values and not verb.deletes, pinned=pinned)

    def as_planned(self, root_request: RootRequest, planned: DeploymentRecord | None) -> RootRequest:
        """The same with the very modules from elsewhere that the plan was made with."""
        request = root_request.request
        pinned = str(planned.inputs.get("remote_modules", "")) if planned else None
        fetched = self._fetched(request.layer, request.verb, pinned)
        return replace(root_request, request=replace(request, fetched=fetched)) if fetched else root_request

    def planned(
        self, layer: Layer, root_request: RootRequest, info: Callable[[str], None] = lambda _: None
    ) -> DeploymentRecord | None:
        """What the apply of a saved plan will record; raises where the plan is not this layer's, or damaged. None without
        one."""
        if not root_request.saved:
            return None
        file = self.context.directory / root_request.saved
        saved = plan_file.check(file, layer.label)
        if not saved.has_digest:
            info(f"{file.name}: an older version made this plan, without a digest; damage to it would not be noticed")
        return record.parse(saved.planned, str(file))

    def with_overrides(self, layer: Layer, root_request: RootRequest, overrides: LayerOverrides) -> RootRequest:
        """What all have in common, and what overrides it for this one."""
        if overrides is NO_OVERRIDES:
            return root_request
        request = root_request.request
        tokens = self.distribute(request.verb, layer, overrides.tokens, request.declared)
        return replace(
            root_request,
            request=replace(request, tokens=(*request.tokens, *tokens)),
            caller_values={**root_request.caller_values, **caller_values.read(tokens, request.declared)},
            overrides=replace(overrides, tokens=tuple(tokens)),
        )

    def check_ahead(self, verb: Verb, tenant: Layer, tokens: Sequence[Token]) -> None:
        """A mistake in a tenant is said before its stack is made, as far as it shows without the stack's outputs."""
        root_request = self.root_request(verb, tenant, tokens)
        if self.planned(tenant, root_request) is not None:
            return
        declared = root_request.request.declared
        coming = self.project.values.outputs(self.stack.source) & set(declared)
        if not self.project.values.template_mentions(self.stack, coming):
            unknown = {n: None for n in coming if declared[n].nullable}
            values = self.project.values.of(tenant, unknown)
            coming |= {slots.VARIABLE} if slots.takes(declared) else set()
            given = folded({**values, **root_request.caller_values}, declared)
            variables.check_required(declared, {*given, *coming}, tenant.label)
