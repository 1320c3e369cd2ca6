"""``orchestrate tenants``: declared, deployed, orphaned."""

from __future__ import annotations

from typing import Any

import click

from .. import state
from .options import ours


@click.command("tenants", help="List a stack's tenants: declared, deployed, orphaned (a state but no file).")
@ours
@click.argument("stack")
@click.argument("region", required=False, default="")
@click.pass_context
def command(ctx: click.Context, /, stack: str, region: str, **given: Any) -> int:
    options = ctx.obj.merged(given)
    found = options.project.stack(stack, region)
    declared = set(options.project.tenants(found))
    deployed = set(state.deployed(state.open_store(found, options.identity(found)), found))
    rows = [
        {
            "tenant": t,
            "declared": t in declared,
            "deployed": t in deployed,
            "orphaned": t in deployed and t not in declared,
        }
        for t in sorted(declared | deployed)
    ]
    if options.json:
        options.console.json(rows)
    else:
        head = ("tenant", "declared", "deployed", "orphaned")
        options.console.table(head, [[r["tenant"], *("yes" if r[h] else "-" for h in head[1:])] for r in rows])
    return 0
