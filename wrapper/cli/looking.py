"""A stack's tenants, looked at and left alone: what the register says, and what an apply would touch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .. import selection, terraform
from ..fingerprint import Difference
from ..looks import Look, Looker, Scope
from ..model import Layer, Stack
from ..register import Register
from ..terraform import Token
from .options import Options


@dataclass(frozen=True)
class Looking:
    """A stack's layers looked at, and the register as it was read."""

    looker: Looker
    register: Register

    def looks(self, names: Sequence[str], tokens: Sequence[Token] = ()) -> list[Look]:
        return list(self.looker.look(terraform.VERBS["apply"], names, tokens, self.register))

    def names(self, scope: Scope) -> tuple[str, ...]:
        return self.looker.choose(self.register, scope, deployed_only=False).chosen

    def own_is_there(self) -> bool:
        return self.looker.deployer.survey.outputs.state() is not None

    def own_changed(self) -> list[Difference]:
        """What of the stack's own layer differs from its last apply, what was typed then standing in."""
        survey = self.looker.deployer.survey
        return survey.changed(Layer(survey.stack), self.register.own.record)


@contextlib.contextmanager
def looking(options: Options, stack: Stack) -> Iterator[Looking]:
    with options.stopper().installed() as stopper:
        one = Looker(options.deployer(stack, stopper))
        yield Looking(one, one.read_register())


def scope_of(options: Options) -> Scope:
    shard = selection.parse_shard(options.shard) if options.shard else None
    return Scope(selection.parse_patterns(options.tenants), shard)


def say_own(options: Options, stack: Stack, changed: Sequence[Difference]) -> None:
    """A word about the stack's own layer where it changed: who looks at the tenants alone would not know."""
    if changed:
        names = ", ".join(d.name for d in changed[:5])
        options.console.say(
            f"{stack.label}: its own layer changed too ({names}); an apply of it comes first, and what it gives out may touch "
            "more tenants"
        )
