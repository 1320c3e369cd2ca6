"""``orchestrate doctor``: everything this depends on, whether it is fine, and what to do when not."""

from __future__ import annotations

from typing import Any

import click

from ...model.errors import UnavailableError
from .. import prerequisites
from ..command import Command
from ..options import ASKS_AWS, takes
from ..session import CliSession


@click.command(
    "doctor",
    cls=Command,
    help="Check what the tool needs: engine, image, terraform, mirror, credentials, "
    "account, state bucket, sandbox. With STACK: check what that stack needs.",
)
@takes(*ASKS_AWS)
@click.argument("stack", required=False, default="")
@click.argument("region", required=False, default="")
@click.pass_context
def command(ctx: click.Context, /, stack: str, region: str, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    findings = prerequisites.check(session, stack, region)
    if session.options.json:
        session.console.json([f._asdict() for f in findings])
    else:
        rows = [(f.thing, "ok" if f.fine else ("FAIL" if f.needed else "-"), f.detail) for f in findings]
        session.console.table(("thing", "", "what was found"), rows)
        for finding in findings:
            if not finding.fine and finding.to_do:
                session.console.info(f"{finding.thing}: {finding.to_do}")
    return 0 if all(f.fine or not f.needed for f in findings) else UnavailableError.exit_code
