"""One layer named on the command line, and what is kept beside its state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..aws.identity import NOBODY
from ..model.errors import UnavailableError, UsageError
from ..model.nouns import Layer, Stack
from ..state import store
from ..terraform import arguments, commands, environment
from ..terraform.commands import Token
from ..terraform.variables import is_build
from .options import Options
from .terraform_verb import place


def read_only(options: Options, command: str, words: Sequence[str]) -> Layer:
    """STACK [REGION] [-var tenant=NAME], and no other argument: nothing is run."""
    verb = replace(commands.VERBS["plan"], name=command)
    name, region, tokens = place(options, verb, words)
    arguments.check_words(verb, tokens)
    tenant, tokens = arguments.split_tenant(tokens, options.tenant)
    others = [t.flag for t in tokens if t.flag and t.value != f"tenant={tenant}"]
    if others:
        raise UsageError(f"-{others[0]} means nothing here", hint="STACK [REGION] [-var tenant=NAME]")
    return options.project.layer(options.project.stack(name, region), tenant, must_be_declared=False)


def store_of(options: Options, stack: Stack) -> store.Store:
    """Where a stack's states are. UnavailableError on paper, where the sandbox is not running."""
    identity = options.identity(stack)
    if identity.method == NOBODY:
        raise UnavailableError(
            f"what runs in {stack.label} is not known: the sandbox is not running",
            hint="start it: ./orchestrate sandbox start",
        )
    return store.open_store(stack, identity)


def check_arguments(options: Options, tokens: Iterable[Token], command: str) -> list[Token]:
    """Terraform's arguments of a command that decides by itself which builds it deploys."""
    environment.check(options.environ)
    tokens = list(tokens)
    commands.check_flags(tokens)
    arguments.check_words(commands.VERBS["plan"], tokens)
    typed = next((a for a in arguments.typed_values(tokens) if is_build(a.name)), None)
    if typed:
        raise UsageError(
            f"{command} decides itself which builds it deploys, and -var {typed.name}={typed.text} is another word",
            hint="leave it out; apply takes builds as they are typed",
        )
    return tokens
