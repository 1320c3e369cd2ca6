"""``orchestrate drift``: what is not as its last apply left it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from .. import arguments, environment, terraform
from . import many
from .command import Command
from .many_options import file_options, scope_options, terms_options
from .options import ASKS_AWS, takes
from .verbs import place


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
    name, region, tokens = place(options, terraform.DRIFT, words)
    environment.check(options.environ)
    arguments.check_words(terraform.DRIFT, tokens)
    tenant, tokens = arguments.split_tenant(tokens, options.tenant)
    stack = options.project.stack(name, region)
    is_many = many.is_for_many(options, terraform.DRIFT, tenant, stack)
    if not is_many:
        options = replace(options, only=(tenant,))
    return many.perform(
        options, terraform.DRIFT, stack, [t for t in tokens if t.flag != "var" or t.value != f"tenant={tenant}"]
    )
