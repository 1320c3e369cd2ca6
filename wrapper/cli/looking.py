"""A stack's tenants, looked at and left alone: what the register says, and what an apply would touch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .. import arguments, selection, terraform
from ..errors import UsageError
from ..looks import Look, Looker, Scope
from ..model import Stack
from ..register import Register
from ..terraform import Token
from . import build_options
from .options import Options
from .verbs import place

_VERB = terraform.VERBS["apply"]


@dataclass(frozen=True)
class Looking:
    """A stack's layers looked at, and the register as it was read."""

    looker: Looker
    register: Register

    def looks(self, names: Sequence[str], tokens: Sequence[Token] = ()) -> list[Look]:
        return list(self.looker.look(_VERB, names, tokens, self.register))

    def names(self, scope: Scope) -> tuple[str, ...]:
        return self.looker.choose(self.register, scope, deployed_only=False).chosen

    def own_is_there(self) -> bool:
        return self.looker.deployer.survey.own_state() is not None


@contextlib.contextmanager
def looking(options: Options, stack: Stack) -> Iterator[Looking]:
    with options.stopper().installed() as stopper:
        one = Looker(options.deployer(stack, stopper))
        yield Looking(one, one.read_register())


def asked_for(options: Options, command: str, words: Sequence[str]) -> tuple[Stack, list[Token]]:
    """STACK [REGION] and the arguments of an apply, ``--builds`` among them as if typed, of a command that starts none."""
    name, region, tokens = place(options, replace(_VERB, name=command), words)
    terraform.check_flags(tokens)
    arguments.check_words(replace(terraform.VERBS["plan"], name=command), tokens)
    tenant, tokens = arguments.split_tenant(tokens, options.tenant)
    if tenant:
        raise UsageError(
            f"{command} is for many tenants, not {tenant} alone", hint=f"narrow it with --tenants {tenant}"
        )
    stack = options.project.stack(name, region)
    return stack, build_options.take(options, _VERB, stack, tokens)


def scope_of(options: Options) -> Scope:
    shard = selection.parse_shard(options.shard) if options.shard else None
    return Scope(selection.parse_patterns(options.tenants), shard)
