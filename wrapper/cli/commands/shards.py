"""``orchestrate shards``: the tenants that changed, in groups of similar duration."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import click

from ...fleet import selection
from ...fleet.change_detection import LayerDiff
from ...terraform.commands import APPLY
from ..build_options import choice_options
from ..command import Command
from ..fleet_options import scope_options
from ..given_values import value_options
from ..invocation import Form, parse
from ..options import ASKS_AWS, takes
from ..tenant_status import filter_of, open_status, report_caught_up, tell_stack_layer_changes

UNKNOWN = 60.0  # seconds that a tenant counts where none was ever applied


_FORM = Form("shards", APPLY, flags=("var", "var-file"), many=True)


@click.command(
    "shards",
    cls=Command,
    help="Split the changed tenants into N groups of similar duration, by the time that each took last.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "timeout")
@scope_options
@choice_options
@value_options
@click.option(
    "-n", "--parts", "count", type=click.IntRange(1, 1000), required=True, metavar="N", help="Number of groups."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jenkins"]),
    default="table",
    show_default=True,
    help="Output format.",
)
@click.option("--force", is_flag=True, help="Include unchanged tenants.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var NAME=VALUE]...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], count: int, form: str, **options: Any) -> int:
    session = ctx.obj.merged(options)
    one = parse(session, _FORM, words)
    stack, tokens = one.stack, one.tokens
    with open_status(session, stack) as seen:
        names = seen.names(filter_of(session))
        diffs = seen.diffs(names, tokens)
        changed = [diff for diff in diffs if diff.reason or session.options.fleet.force]
        stack_changes = seen.stack_layer_changes()
    behind = [] if session.options.fleet.force else [diff for diff in diffs if diff.catches_up]
    groups = divide([*changed, *behind], count)
    if session.options.json or form == "json":
        session.console.json(groups)
    elif form == "jenkins":
        session.console.print(groovy(groups))
    else:
        rows = [(g["part"], len(g["tenants"]), g["expected_seconds"], ",".join(g["tenants"])) for g in groups]
        session.console.table(("shard", "count", "seconds", "tenants"), rows)
    session.console.info(f"{len(changed)} of {len(diffs)} tenants in {len(groups)} shards")
    report_caught_up(session, diffs)
    tell_stack_layer_changes(session, stack, stack_changes)
    return seen.report_unread(session, names)


def divide(diffs: Sequence[LayerDiff], count: int) -> list[dict[str, Any]]:
    """Shards with the seconds that each is expected to take, one tenant after the other; none is empty."""
    known = [diff.status.record.seconds for diff in diffs if diff.status.record.seconds]
    usual = statistics.median(known) if known else UNKNOWN
    costs = {d.layer.tenant: 0.0 if d.catches_up else d.status.record.seconds or usual for d in diffs}
    groups = [group for group in selection.balance(costs, count) if group]
    return [
        {
            "part": f"{number}/{len(groups)}",
            "tenants": group,
            "expected_seconds": round(sum(costs[n] for n in group), 1),
            "arguments": f"--tenants={','.join(group)}",
        }
        for number, group in enumerate(groups, 1)
    ]


def groovy(groups: Sequence[dict[str, Any]]) -> str:
    """A list of maps that a pipeline ``load``s. Tenants' names hold nothing that Groovy would read."""
    lines = [
        f"  [part: '{g['part']}', tenants: '{','.join(g['tenants'])}', seconds: {float(g['expected_seconds'])}],"
        for g in groups
    ]
    return "\n".join(["return [", *lines, "]"])
