"""``orchestrate shards``: what changed, parted among machines so that each has about as much to do."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

import click

from ...fleet import selection
from ...fleet.change_detection import LayerDiff
from ..build_options import builds_option
from ..command import Command
from ..fleet_options import scope_options
from ..options import ASKS_AWS, takes
from ..tenant_status import asked_for, looking, say_own, scope_of

UNKNOWN = 60.0  # seconds that a tenant counts where none was ever applied


@click.command(
    "shards",
    cls=Command,
    help="Part the tenants that an apply would touch among N machines, by the time each took last.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "timeout")
@scope_options
@builds_option
@click.option("-n", "--parts", "parts", type=click.IntRange(1, 1000), required=True, metavar="N", help="How many.")
@click.option("--format", "form", type=click.Choice(["table", "json", "jenkins"]), default="table", show_default=True)
@click.option("--force", is_flag=True, help="Unchanged tenants too.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var NAME=VALUE]...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], parts: int, form: str, **given: Any) -> int:
    options = ctx.obj.merged(given)
    stack, tokens = asked_for(options, "shards", words)
    with looking(options, stack) as seen:
        names = seen.names(scope_of(options))
        diffs = seen.diffs(names, tokens)
        changed = [diff for diff in diffs if diff.why or options.force]
        own = seen.own_changed()
    groups = divide(changed, parts)
    if options.json or form == "json":
        options.console.json(groups)
    elif form == "jenkins":
        options.console.print(groovy(groups))
    else:
        rows = [(g["part"], len(g["tenants"]), g["expected_seconds"], ",".join(g["tenants"])) for g in groups]
        options.console.table(("part", "count", "seconds", "tenants"), rows)
    options.console.info(f"{len(changed)} of {len(diffs)} tenants in {len(groups)} parts")
    say_own(options, stack, own)
    return seen.say_unread(options, names)


def divide(diffs: Sequence[LayerDiff], parts: int) -> list[dict[str, Any]]:
    """Parts with what each is expected to take, in seconds, one tenant after the other; none is empty."""
    known = [diff.status.record.seconds for diff in diffs if diff.status.record.seconds]
    usual = statistics.median(known) if known else UNKNOWN
    costs = {diff.layer.tenant: diff.status.record.seconds or usual for diff in diffs}
    groups = [group for group in selection.balance(costs, parts) if group]
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
