"""Our options of a command that deploys: which builds, and the smoke test. Light: the help of every verb shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .options import stacked

if TYPE_CHECKING:
    from ..model.nouns import Stack
    from ..terraform.commands import Token
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


builds_option = stacked(*_BUILDS)
smoke_options = stacked(*_SMOKE)
build_options = stacked(*_BUILDS, *_SMOKE)


def take(options: Options, stack: Stack, tokens: Sequence[Token]) -> list[Token]:
    """The arguments, and before them ``--builds`` as if it had been typed. Says where a typed -var wins."""
    if not options.builds:
        return list(tokens)
    from ..deploy import build_files, builds
    from ..terraform import arguments

    found = build_files.read(options.project.files, [options.directory / path for path in options.builds])
    given = builds.assign(found, declared(options, stack), stack.label)
    typed = {a.name: a.text for a in arguments.typed_values(tokens)}
    kept, words = builds.without_typed(given, typed)
    for word in words:
        options.console.info(word)
    return [*builds.tokens({n: b.number for n, b in kept.items()}), *tokens]


def declared(options: Options, stack: Stack) -> set[str]:
    """Names of the variables that any layer of a stack declares."""
    values = options.project.values
    sources = [stack.source, stack.config, *([stack.tenant_source] if stack.tenant_source else [])]
    return {name for source in sources for name in values.declared(source)}
