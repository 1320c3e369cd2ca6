"""``orchestrate drift``: what is not as its last apply left it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from ...terraform import arguments, commands, environment
from .. import run_fleet
from ..command import Command
from ..fleet_options import file_options, scope_options, terms_options
from ..options import ASKS_AWS, takes
from ..terraform_verb import place


@click.command(
    "drift",
    cls=Command,
    help="Compare what is there with what should be, and say who drifted and in which attributes; exit code 2.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "dry_run", "tenant", "all_tenants", "jobs", "timeout")
@scope_options
@terms_options
@file_options
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [TERRAFORM ARGUMENTS]...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> int:
    options = ctx.obj.merged(given)
    name, region, tokens = place(options, commands.DRIFT, words)
    environment.check(options.environ)
    arguments.check_words(commands.DRIFT, tokens)
    tenant, tokens = arguments.split_tenant(tokens, options.tenant)
    stack = options.project.stack(name, region)
    is_many = run_fleet.is_for_many(options, commands.DRIFT, tenant, stack)
    if not is_many:
        options = replace(options, only=(tenant,))
    return run_fleet.perform(
        options, commands.DRIFT, stack, [t for t in tokens if t.flag != "var" or t.value != f"tenant={tenant}"]
    )
