"""A stack's tenants, looked at and left alone: what the register says, and what an apply would touch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .. import fleet, selection, terraform
from ..fleet import Fleet, Look, Scope
from ..model import Layer, Stack
from ..register import Register
from ..terraform import Token
from .options import Options


class Nobody:
    """A Watcher where nothing runs."""

    def began(self, names: Sequence[str], jobs: int) -> None: ...
    def talk(self, layer: Layer) -> fleet.Voice:
        raise AssertionError("nothing runs here")

    def log(self, layer: Layer) -> str:
        return ""

    def ended(self, answer: Any) -> None: ...
    def say(self, text: str) -> None: ...


@dataclass(frozen=True)
class Looking:
    """A Fleet that runs nothing, and the register as it was read."""

    fleet: Fleet
    register: Register

    def looks(self, names: Sequence[str], tokens: Sequence[Token] = ()) -> list[Look]:
        return list(self.fleet.look(terraform.VERBS["apply"], names, tokens, self.register))

    def names(self, scope: Scope) -> tuple[str, ...]:
        return self.fleet.choose(self.register, scope, deployed_only=False).chosen

    def own_is_there(self) -> bool:
        return self.fleet.deployer.survey.own_state() is not None


@contextlib.contextmanager
def looking(options: Options, stack: Stack) -> Iterator[Looking]:
    with options.stopper().installed() as stopper:
        one = Fleet(options.deployer(stack, stopper), Nobody())
        yield Looking(one, one.read_register())


def scope_of(options: Options) -> Scope:
    shard = selection.parse_shard(options.shard) if options.shard else None
    return Scope(selection.parse_patterns(options.tenants), shard)
