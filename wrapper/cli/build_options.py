"""Our options of a command that deploys: which builds, and the smoke test. Light: the help of every verb shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError

if TYPE_CHECKING:
    from ..model import Stack
    from ..terraform import Token, Verb
    from .options import Options

_BUILDS = (
    click.option(
        "--builds", multiple=True, metavar="DIR|FILE", help="Builds to deploy: *.env.groovy, *.env or *.json files."
    ),
)
_SMOKE = (
    click.option("--smoke", multiple=True, metavar="URL|PATH", help="Ask this after the apply (none: nothing)."),
    click.option("--smoke-status", type=click.IntRange(100, 599), metavar="N", help="What it must answer (200)."),
    click.option("--smoke-contains", metavar="TEXT", help="What must be in the answer."),
    click.option("--smoke-tries", type=click.IntRange(1, 1000), metavar="N", help="At most so many tries each (10)."),
    click.option("--smoke-timeout", metavar="TIME", help="At most so long for all of it (2m)."),
)


def build_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Files of builds, and the smoke test."""
    return smoke_options(builds_option(command))


def builds_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return _with(command, _BUILDS)


def smoke_options(command: Callable[..., Any]) -> Callable[..., Any]:
    return _with(command, _SMOKE)


def _with(command: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


def take(options: Options, verb: Verb, stack: Stack, tokens: Sequence[Token]) -> list[Token]:
    """The arguments, and before them ``--builds`` as if it had been typed. Says where a typed -var wins."""
    check(options, verb)
    if not options.builds:
        return list(tokens)
    from .. import arguments, artifacts, builds

    found = artifacts.read(options.project.files, [options.directory / path for path in options.builds])
    given = builds.assign(found, declared(options, stack), stack.label)
    typed = {a.name: a.text for a in arguments.typed_values(tokens)}
    kept, words = builds.without_typed(given, typed)
    for word in words:
        options.console.say(word)
    return [*builds.tokens({n: b.number for n, b in kept.items()}), *tokens]


def check(options: Options, verb: Verb) -> None:
    """UsageError for an option that does not go with the verb."""
    if options.builds and verb.name not in ("plan", "apply"):
        raise UsageError(f"--builds is for plan and apply, not {verb.name}", hint="leave it out")
    for name in ("smoke", "smoke_status", "smoke_contains", "smoke_tries", "smoke_timeout"):
        if getattr(options, name) and verb.name != "apply":
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{flag} is for apply, not {verb.name}", hint="leave it out")


def declared(options: Options, stack: Stack) -> set[str]:
    """Names of the variables that any layer of a stack declares."""
    values = options.project.values
    sources = [stack.source, stack.config, *([stack.tenant_source] if stack.tenant_source else [])]
    return {name for source in sources for name in values.declared(source)}
