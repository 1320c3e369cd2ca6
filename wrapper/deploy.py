"""From names to a finished command on a stack or a tenant: which layers, in which order, with which values.

Knows every door below it and holds them together; decides nothing about Terraform's flags, and prints nothing.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from . import environment, fingerprint, leftovers, planfile, runs, state, terraform, variables
from .account import NOBODY, Identity
from .arguments import destroys, partial, typed_values
from .engines import Engine
from .errors import NotFoundError, OrchestrateError, RefusedError
from .model import Effective, Layer, Outcome, Run, Stack, Variable
from .project import Project
from .runner import Stopper, Talk, execute
from .runs import Caller, Request
from .terraform import Token, Verb
from .variables import Source

# What reads a state and acts on it: a missing bucket or a damaged state is found before Terraform starts.
_ON_STATE = ("plan", "apply", "destroy", "refresh", "import", "taint", "untaint")
_CARRIED = ("parallelism", "lock-timeout", "auto-approve", "no-color", "compact-warnings", "json")


@dataclass
class Deployer:
    """One command's doors, opened once. ``given`` is the caller's environment, for its TF_VAR_ names."""

    project: Project
    stack: Stack
    identity: Identity
    engine: Engine
    caller: Caller
    talk: Talk
    stopper: Stopper
    confirmed: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    dry: bool = False

    @cached_property
    def store(self) -> state.Store:
        return state.open_store(self.stack, self.identity)

    # -- the commands -------------------------------------------------------------------------

    def perform(self, verb: Verb, tenant: str, tokens: Sequence[Token]) -> Outcome:
        """One verb on one layer. ``apply`` of a tenant makes the stack's own layer first where there is none."""
        self.check(verb, tenant, tokens)
        layer = layer_of(self.project, self.stack, verb, tenant)
        if verb.name == "apply" and tenant:
            self._ensure_stack(layer, tokens)
        return self.run_layer(verb, layer, tokens)

    def run_layer(self, verb: Verb, layer: Layer, tokens: Sequence[Token], talk: Talk | None = None) -> Outcome:
        return self.carry_out(self.prepare(verb, layer, tokens), verb, layer, tokens, talk)

    def carry_out(
        self, run: Run, verb: Verb, layer: Layer, tokens: Sequence[Token], talk: Talk | None = None
    ) -> Outcome:
        before = state.load(self.store, layer) if verb.name in _ON_STATE and not self.dry else None
        whole = destroys(verb, tokens) and not partial(tokens) and not self.dry
        kept = leftovers.kept_families(before) if whole else []
        outcome = execute(run, self.engine, talk or self.talk, self.stopper)
        if self.dry or outcome.skipped:
            return outcome
        if whole:
            leftovers.deregister(self.identity, self.stack.region or self.stack.backend.region, kept)
            state.forget(self.store, layer)
        elif verb.name == "apply":
            self._record(layer, tokens)
        return outcome

    def prepare(self, verb: Verb, layer: Layer, tokens: Sequence[Token]) -> Run:
        """The Run of a verb on a layer: its values merged and checked, its files known."""
        declared = self.declared(layer)
        environment.check(self.given, declared if verb.values else ())
        tokens = self.distribute(verb, layer, tokens, declared)
        saved = runs.file_argument(verb, tokens)
        if saved:
            planfile.check(self.caller.directory / saved, layer.label)
            tokens = [t for t in tokens if t.flag != "var" or variables.parse_argument(t.value or "").name != "tenant"]
        values: Mapping[str, Effective] = {}
        if verb.values and not saved:
            values = self._values(verb, layer, tokens, declared)
        return runs.lay_out(
            Request(
                layer,
                verb,
                tuple(tokens),
                values,
                declared,
                self.project.work_files(layer),
                self.project.digest_sources(layer),
                self.project.modules(),
            ),
            self.caller,
        )

    def url(self, layer: Layer) -> str:
        return str(state.outputs(state.load(self.store, layer)).get("url") or "")

    # -- values -------------------------------------------------------------------------------

    def effective(self, layer: Layer, tokens: Sequence[Token]) -> dict[str, Effective]:
        """Every effective value of a layer, -var and -var-file included, with its origin."""
        declared = self.declared(layer)
        values = self._from_files(layer, tokens)
        for argument in typed_values(tokens):
            if argument.name in declared:
                values[argument.name] = variables.check_argument(argument, declared)
        return values

    def _values(
        self, verb: Verb, layer: Layer, tokens: Sequence[Token], declared: Mapping[str, Variable]
    ) -> dict[str, Effective]:
        typed = {a.name: variables.check_argument(a, declared) for a in typed_values(tokens)}
        values = self._from_files(layer, tokens)
        if destroys(verb, tokens):
            values = self._fill_from_last_apply(layer, declared, values)
        if not (self.dry and destroys(verb, tokens)):  # on paper the last apply's -var are not looked up
            variables.check_required(declared, {*values, *typed}, layer.label)
        for name in typed:
            if name in values and declared[name].sensitive:
                values.pop(name)
        return values

    def _from_files(self, layer: Layer, tokens: Sequence[Token]) -> dict[str, Effective]:
        outputs = self._stack_outputs(layer)
        values = dict(self.project.values.of(layer, outputs, self._var_files(tokens)))
        return values if outputs or not self.dry else self._with_outputs_to_come(layer, values)

    def _var_files(self, tokens: Sequence[Token]) -> list[Source]:
        directory = self.caller.directory
        return [self.project.files.caller_source(directory / (t.value or "")) for t in tokens if t.flag == "var-file"]

    def _stack_outputs(self, layer: Layer) -> dict[str, Any]:
        if not layer.tenant:
            return {}
        own = self._own_state()
        if own is None and not self.dry:
            raise NotFoundError(
                f"{self.stack.label} has no state yet, and its tenants need its outputs",
                hint=f"make it first: ./orchestrate apply {self.stack.name} {self.stack.region}".rstrip(),
            )
        return state.outputs(own)

    def _own_state(self) -> dict[str, Any] | None:
        """The state of the stack's own layer. On paper what cannot be read counts as not there yet."""
        try:
            return None if self.identity.method == NOBODY else state.load(self.store, Layer(self.stack))
        except OrchestrateError as error:
            if not self.dry:
                raise
            self.talk.say(f"{self.stack.label}: its outputs are not known here ({error})")
            return None

    def _with_outputs_to_come(self, layer: Layer, values: dict[str, Effective]) -> dict[str, Effective]:
        """On paper a tenant may be looked at before its stack is there: its outputs stand as null."""
        coming = self.project.values.outputs(self.stack.source) if layer.tenant else set()
        origin = f"output of {self.stack.label} (known after its apply)"
        return {n: Effective(None, origin) for n in coming & set(self.declared(layer))} | values

    def _fill_from_last_apply(
        self, layer: Layer, declared: Mapping[str, Variable], values: dict[str, Effective]
    ) -> dict[str, Effective]:
        """A destroy needs no -var typed again: values that were typed at the last apply stand in."""
        given = {} if self.dry else state.load_record(self.store, layer).get("given", {})
        missing = {n: t for n, t in given.items() if n in declared and n not in values}
        source = Source(
            "-var of the last apply",
            {n: (variables.check_argument(variables.Argument(n, t), declared).value, 0) for n, t in missing.items()},
        )
        return {**values, **variables.merge(declared, (), [source], layer.label)}

    def declared(self, layer: Layer) -> dict[str, Variable]:
        declared = self.project.values.declared(layer.source)
        return declared if layer.tenant else declared | self.project.values.declared(layer.stack.config)

    # -- arguments ----------------------------------------------------------------------------

    def distribute(
        self, verb: Verb, layer: Layer, tokens: Sequence[Token], declared: Mapping[str, Variable]
    ) -> list[Token]:
        """The caller's arguments that are this layer's: a -var goes to the root that declares it."""
        others = self._others(layer)
        kept = []
        for token in tokens:
            if token.flag != "var":
                kept.append(token)
                continue
            name = variables.parse_argument(token.value or "").name
            if name in declared and verb.values:
                kept.append(token)
            elif name not in declared and name not in others and name != "tenant":
                raise variables.undeclared(name, declared, others, f"-var {name}", layer.label)
        return kept

    def _others(self, layer: Layer) -> set[str]:
        stack = layer.stack
        other = stack.source if layer.tenant else stack.tenant_source
        return set(self.project.values.declared(other)) if other else set()

    def check(self, verb: Verb, tenant: str, tokens: Sequence[Token]) -> None:
        terraform.check_flags(tokens)
        label = Layer(self.stack, tenant).label
        if not self.stack.settings.protected:
            return
        if destroys(verb, tokens):
            raise RefusedError(
                f"{label} is protected and is not destroyed",
                where=f"{self.stack.config.name}/stack.hcl",
                hint="write protected = false there first, in a reviewed change",
            )
        changes = verb.mutates and verb.name != "state"
        if changes and not self.caller.asks and not self.dry and self.confirmed != label:
            raise RefusedError(f"{label} is protected", hint=f"say that you mean it: --confirm {label}")

    # -- the stack's own layer ----------------------------------------------------------------

    def _ensure_stack(self, tenant: Layer, tokens: Sequence[Token]) -> None:
        own = Layer(self.stack)
        if self._own_state() is None:
            self._check_ahead(tenant, tokens)
            self.talk.say(f"{own.label}: not there yet; making it first")
            self.run_layer(terraform.VERBS["apply"], own, self.for_stack(tokens))
            return
        changed = [] if self.dry else self.changed(own)
        if changed:
            self.talk.say(
                f"{own.label}: changed since its last apply ({', '.join(changed[:5])}); left alone. "
                f"To apply it: ./orchestrate apply {self.stack.name} {self.stack.region}".rstrip()
            )

    def _check_ahead(self, tenant: Layer, tokens: Sequence[Token]) -> None:
        """A mistake in a tenant is said before its stack is made, as far as it shows without the stack's outputs."""
        declared = self.declared(tenant)
        environment.check(self.given, declared)
        mine = self.distribute(terraform.VERBS["apply"], tenant, tokens, declared)
        saved = runs.file_argument(terraform.VERBS["apply"], mine)
        if saved:
            planfile.check(self.caller.directory / saved, tenant.label)
            return
        typed = {a.name: variables.check_argument(a, declared) for a in typed_values(mine)}
        self.project.digest_sources(tenant)
        coming = self.project.values.outputs(self.stack.source) & set(declared)
        if not self.project.values.template_mentions(self.stack, coming):
            unknown = {n: None for n in coming if declared[n].nullable}
            values = self.project.values.of(tenant, unknown, self._var_files(mine))
            variables.check_required(declared, {*values, *typed, *coming}, tenant.label)

    def for_stack(self, tokens: Sequence[Token]) -> list[Token]:
        """Of a tenant's arguments, those that the stack's own layer takes too."""
        mine = self.declared(Layer(self.stack))
        return [
            t
            for t in tokens
            if t.flag in _CARRIED or (t.flag == "var" and variables.parse_argument(t.value or "").name in mine)
        ]

    def changed(self, layer: Layer) -> list[str]:
        """What of a layer's inputs differs from its last apply, in words; [] when nothing or not known."""
        record = state.load_record(self.store, layer)
        return (
            fingerprint.differences(record["inputs"], self._inputs(layer, record.get("given", {})))
            if "inputs" in record
            else []
        )

    def _inputs(self, layer: Layer, given: Mapping[str, str]) -> fingerprint.Record:
        declared = self.declared(layer)
        typed = {
            n: variables.check_argument(variables.Argument(n, t), declared) for n, t in given.items() if n in declared
        }
        values = {**self._from_files(layer, ()), **typed}
        return fingerprint.inputs(values, self.project.digest_sources(layer), self.caller.image)

    def _record(self, layer: Layer, tokens: Sequence[Token]) -> None:
        """Beside the state: what went in (as digests), what was typed (never a sensitive value), who and when."""
        if partial(tokens) or runs.file_argument(terraform.VERBS["apply"], tokens):
            return
        declared = self.declared(layer)
        given = {a.name: a.text for a in typed_values(tokens) if a.name in declared and not declared[a.name].sensitive}
        now = state.load(self.store, layer) or {}
        state.write_record(
            self.store,
            layer,
            {
                "version": 1,
                "inputs": self._inputs(layer, given),
                "given": given,
                "by": self.caller.author,
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "state": {"serial": now.get("serial"), "lineage": now.get("lineage")},
            },
        )


def layer_of(project: Project, stack: Stack, verb: Verb, tenant: str) -> Layer:
    """The layer a verb is for. A tenant whose file is gone may still be looked at and destroyed."""
    return project.layer(stack, tenant, must_be_declared=verb.name in ("apply", "plan", "import"))


def author(environ: Mapping[str, str], host: str, pid: int) -> str:
    """What names this run in Terraform's lock: a host name's letters, at most 63 of them."""
    import re

    who = environ.get("BUILD_TAG") or f"{environ.get('USER') or _user()}-{host}-{pid}"
    return re.sub(r"[^A-Za-z0-9-]+", "-", who).strip("-")[:63] or "orchestrate"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "user"
