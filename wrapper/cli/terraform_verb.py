"""Terraform's verbs on the command line: COMMAND STACK [REGION] [TERRAFORM ARGUMENTS...]."""

from __future__ import annotations

from functools import cache
from typing import Any

import click

from ..model.errors import OrchestrateError
from ..terraform import commands
from .build_options import choice_options, no_hooks_option, smoke_options, unpromoted_option
from .command import Command
from .fleet_options import (
    file_options,
    journal_options,
    losses_options,
    lost_option,
    policy_options,
    scope_options,
    ttl_option,
    unchanged_options,
)
from .given_values import value_options
from .options import ASKS_AWS, Decorator, stacked, takes
from .session import CliSession


@cache
def command_of(name: str, line: str = "") -> click.Command:
    """The command of a Terraform verb; ``line``: its line in help. Raises UsageError for a name that is none."""
    verb = commands.parse_verb(name)

    @click.command(
        name,
        cls=Command,
        help=line or f"terraform {name}, on a stack or a tenant.",
        short_help=line,
        context_settings={"ignore_unknown_options": True, "help_option_names": ["--help", "-help"]},
    )
    @_options(verb)
    @click.argument(
        "words",
        nargs=-1,
        type=click.UNPROCESSED,
        metavar="STACK [REGION] [TERRAFORM ARGUMENTS]...",
        shell_complete=complete,
    )
    @click.pass_context
    def command(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> int:
        from .invocation import form_of, parse

        session = ctx.obj.merged(options)
        invocation = parse(session, form_of(verb), words)
        session.ask_ahead()
        from .run_verb import perform  # which takes as long as the answer

        return perform(session, invocation)

    return command


def _options(verb: commands.Verb) -> Decorator:
    """Ours that the verb acts on."""
    many = not verb.interactive
    table = (
        (True, takes(*ASKS_AWS, "dry_run", "tenant", "timeout")),
        (verb.guarded, takes("confirm")),
        (verb.values, value_options),
        (many, stacked(takes("jobs", *(() if verb.deletes else ("all_tenants",))), scope_options, policy_options)),
        (many and verb.journaled, journal_options),
        (many and verb.compares, unchanged_options),
        (verb.compares, stacked(choice_options, unpromoted_option)),
        (verb.on_state, lost_option),
        (verb.applies, stacked(takes("rollout_timeout"), losses_options, ttl_option, smoke_options)),
        (verb.compares or verb.deletes, no_hooks_option),
        (True, file_options),
    )
    return stacked(*(options for acts, options in table if acts))


def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Shell completion: stacks, then the regions of that stack, then -var tenant=NAME."""
    session = CliSession().merged(ctx.params)
    words = [w for w in ctx.params.get("words") or () if not w.startswith("-")]
    try:
        places = session.project.places
        if not words:
            found = sorted({s for _, s in places})
        elif len(words) == 1:
            found = sorted(r for r, s in places if s == words[0] and r)
        else:
            stack = session.project.stack(words[0], words[1])
            found = [f"tenant={t}" for t in session.project.tenants(stack)]
    except OrchestrateError:
        return []
    return [f for f in found if f.startswith(incomplete)]
