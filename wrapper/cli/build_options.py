"""Our options of a command that deploys: which builds, and the smoke test. Light: the help of every verb shows them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import click

from .options import TIME, shared, stacked

if TYPE_CHECKING:
    from ..model.nouns import Variable
    from ..model.stack import Stack
    from ..terraform.commands import Token
    from .session import CliSession

_BUILDS = (
    shared(
        "--builds", multiple=True, metavar="DIR|FILE", help="Builds to deploy: *.env.groovy, *.env or *.json files."
    ),
)
_FROM_FILES = (
    shared("--config-builds", is_flag=True, help="Deploy the builds that the project's files say, whatever runs."),
)
_UNPROMOTED = (
    shared("--unpromoted", metavar="REASON", help="Allow builds that do not run in the stack before, for this reason."),
)
_SMOKE = (
    shared("--smoke", multiple=True, metavar="URL|PATH", help="Request this after the apply (none: no smoke test)."),
    shared(
        "--smoke-status", type=click.IntRange(100, 599), metavar="N", help="Status that the smoke test expects (200)."
    ),
    shared("--smoke-contains", metavar="TEXT", help="Text that the answer must contain."),
    shared("--smoke-tries", type=click.IntRange(1, 1000), metavar="N", help="Number of tries for each address (10)."),
    shared("--smoke-timeout", type=TIME, metavar="TIME", help="Time limit for the whole smoke test (2m)."),
)
_NO_HOOKS = (shared("--no-hooks", is_flag=True, help="Run no task and no hook that stack.hcl names."),)
_HOOKS = (shared("--hooks", is_flag=True, help="Run the tasks and hooks that stack.hcl names, as an apply does."),)


choice_options = stacked(*_BUILDS, *_FROM_FILES)  # of a command that asks what an apply would do
unpromoted_option = stacked(*_UNPROMOTED)
smoke_options = stacked(*_SMOKE)
no_hooks_option = stacked(*_NO_HOOKS)
hooks_option = stacked(*_HOOKS)  # of a command that runs none by itself
build_options = stacked(*_BUILDS, *_SMOKE)


def take(session: CliSession, stack: Stack, tokens: Sequence[Token]) -> list[Token]:
    """The arguments, and before them ``--builds`` as if it had been typed. Says where a -var or -var-file wins."""
    if not session.options.builds:
        return list(tokens)
    from ..deploy import build_files, builds
    from ..terraform import caller_values

    found = build_files.read(session.project.files, [session.directory / path for path in session.options.builds])
    assigned = builds.assign(found, declared(session, stack), stack.label)
    kept, words = builds.without_cli_vars(assigned, caller_values.named(tokens))
    for word in words:
        session.console.info(word)
    return [*builds.tokens({n: b.number for n, b in kept.items()}), *tokens]


def declared(session: CliSession, stack: Stack) -> dict[str, Variable]:
    """The variables that any layer of a stack declares."""
    sources = [stack.source, stack.config, *([stack.tenant_source] if stack.tenant_source else [])]
    return reduce(or_, map(session.project.values.declared, sources))


def opened(session: CliSession, stack: Stack, tokens: Sequence[Token]) -> list[Token]:
    """The arguments, a map of builds as one for each."""
    from ..terraform import caller_values

    return list(caller_values.with_builds_named(tokens, declared(session, stack)))
