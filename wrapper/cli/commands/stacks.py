"""``orchestrate stacks``: what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..command import Command
from ..options import takes

if TYPE_CHECKING:
    from ...model.stack import Stack
    from ...project.project import Project


@click.command("stacks", cls=Command, help="List the stacks of this project.")
@takes("root", "json")
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> int:
    session = ctx.obj.merged(options)
    rows = [describe(session.project, stack) for stack in session.project.stacks()]
    if session.options.json:
        session.console.json(rows)
        return 0
    head = ("stack", "region", "source", "tenants", "state", "marks")
    session.console.table(head, [[_cell(r[h]) for h in head] for r in rows])
    return 0


def describe(project: Project, stack: Stack) -> dict[str, Any]:
    """A stack as plain data."""
    settings = stack.settings
    marks = [name for name in ("ephemeral", "protected") if getattr(settings, name)]
    return {
        "stack": stack.name,
        "region": stack.region,
        "source": str(stack.source.relative_to(stack.root)),
        "tenants": project.tenants(stack) if stack.tenant_source else None,
        "state": stack.backend.bucket or stack.backend.config.get("path", ""),
        "marks": marks,
        "account": settings.account,
        "promotes_from": settings.promotes_from,
        "way": list(project.way(stack)),
    }


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return ", ".join(value) or "-" if isinstance(value, list) else str(value) or "-"
