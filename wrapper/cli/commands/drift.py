"""``orchestrate drift``: what is not as its last apply left it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from ...terraform.commands import DRIFT
from .. import run_fleet
from ..command import Command
from ..fleet_options import file_options, journal_options, policy_options, scope_options
from ..given_values import value_options
from ..invocation import Form, parse
from ..options import ASKS_AWS, takes

_FORM = Form("drift", DRIFT)


@click.command(
    "drift",
    cls=Command,
    help="Detect drift since the last apply: list the tenants that drifted and which attributes changed. Exit code 2: drift.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "dry_run", "tenant", "all_tenants", "jobs", "timeout")
@scope_options
@value_options
@policy_options
@journal_options
@file_options
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [TERRAFORM ARGUMENTS]...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> int:
    session = ctx.obj.merged(options)
    one = parse(session, _FORM, words)
    return run_fleet.perform(session, replace(one, tokens=one.others))
