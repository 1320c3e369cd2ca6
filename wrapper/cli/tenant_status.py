"""A stack's tenants, looked at and left alone: what the register says, and what an apply would touch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..deploy.lb_slots.slots import Slot
from ..fleet import selection
from ..fleet.change_detection import Look, Looker, Scope
from ..model.errors import OrchestrateError, UsageError
from ..model.fingerprint import Difference, first_names
from ..model.nouns import Layer, Stack
from ..reports.model import worst
from ..state.index import Register
from ..terraform import arguments, commands
from ..terraform.commands import Token
from . import build_options
from .options import Options
from .terraform_verb import place

_VERB = commands.VERBS["apply"]


@dataclass(frozen=True)
class Looking:
    """A stack's layers looked at, and the register as it was read."""

    looker: Looker
    register: Register

    def looks(self, names: Sequence[str], tokens: Sequence[Token] = ()) -> list[Look]:
        return list(self.looker.look(_VERB, names, tokens, self.register))

    def names(self, scope: Scope) -> tuple[str, ...]:
        return self.looker.choose(self.register, scope, deployed_only=False).chosen

    def places(self) -> Mapping[str, Slot]:
        """Who has which place on a shared load balancer, deployed or not; {} where that is not known."""
        deployer = self.looker.deployer
        try:
            return deployer.placing.places()
        except OrchestrateError as error:
            deployer.talk.say(f"places on shared load balancers are not known: {error}")
            return {}

    def say_unread(self, options: Options, names: Sequence[str]) -> int:
        """Say of the stack and of each of these tenants why nothing is known of its last apply, where that is so; the exit
        code that this is."""
        errors = [e for n in ("", *names) if (e := self.register.of(n).error)]
        for error in errors:
            options.console.error(error)
        return worst(error.exit_code for error in errors)

    def own_is_there(self) -> bool:
        return self.looker.deployer.survey.outputs.state() is not None

    def own_changed(self) -> list[Difference]:
        """What of the stack's own layer differs from its last apply, what was typed then standing in; [] where that is
        not known."""
        if self.register.own.error:
            return []
        survey = self.looker.deployer.survey
        return survey.changed(Layer(survey.stack), self.register.own.record)


@contextlib.contextmanager
def looking(options: Options, stack: Stack) -> Iterator[Looking]:
    with options.stopper().installed() as stopper:
        one = Looker(options.deployer(stack, stopper))
        yield Looking(one, one.read_register())


def asked_for(options: Options, command: str, words: Sequence[str]) -> tuple[Stack, list[Token]]:
    """STACK [REGION] and the arguments of an apply, ``--builds`` among them as if typed, of a command that starts none."""
    name, region, tokens = place(options, replace(_VERB, name=command), words)
    commands.check_flags(tokens)
    arguments.check_words(replace(commands.VERBS["plan"], name=command), tokens)
    tenant, tokens = arguments.split_tenant(tokens, options.tenant)
    if tenant:
        raise UsageError(
            f"{command} is for many tenants, not {tenant} alone", hint=f"narrow it with --tenants {tenant}"
        )
    stack = options.project.stack(name, region)
    return stack, build_options.take(options, stack, tokens)


def scope_of(options: Options) -> Scope:
    shard = selection.parse_shard(options.shard) if options.shard else None
    return Scope(selection.parse_patterns(options.tenants), shard)


def say_own(options: Options, stack: Stack, changed: Sequence[Difference]) -> None:
    """A word about the stack's own layer where it changed: who looks at the tenants alone would not know."""
    if changed:
        options.console.say(
            f"{stack.label}: its own layer changed too ({first_names(changed)}); an apply of it comes first, and what it gives "
            "out may touch more tenants"
        )
