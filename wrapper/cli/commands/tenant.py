"""``orchestrate tenant add|remove|show``: one tenant of a stack."""

from __future__ import annotations

from typing import Any

import click

from ...model.stack import Layer
from ...terraform.commands import DESTROY, Token
from ...terraform.suggested import suggest
from ..command import CommandGroup
from ..invocation import named
from ..options import ASKS_AWS, takes
from ..session import CliSession
from ..tenant_status import open_status
from .tenants import changes, describe, in_words


@click.group("tenant", cls=CommandGroup, help="Add, remove or show one tenant of a stack.")
def command() -> None: ...


def _names(function: Any) -> Any:
    for decorator in (
        click.pass_context,
        click.argument("region", required=False, default=""),
        click.argument("stack"),
        click.argument("name"),
    ):
        function = decorator(function)
    return function


@command.command("add", help="Declare a tenant: write its file. Nothing is deployed.")
@click.option("--from", "other", metavar="TENANT", help="Copy the values of this tenant.")
@takes("root")
@_names
def add(ctx: click.Context, /, name: str, stack: str, region: str, other: str | None, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    found = session.project.stack(stack, region)
    file = session.project.add_tenant(found, name, other or "")
    session.console.info(f"{file}: write the values of {name} there")
    session.console.print(session.console.completed(suggest("apply", Layer(found, name))))
    return 0


@command.command("remove", help="Destroy a tenant, and then remove its file.")
@takes("root", "sandbox", "engine", "dry_run", "timeout")
@_names
def remove(ctx: click.Context, /, name: str, stack: str, region: str, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    one = named(session, DESTROY, stack, region, name)
    found, layer = one.stack, one.layer
    file = session.project.tenant_file(found, name)
    with session.signals().installed() as signals:
        deployer = session.deployer(found, signals)
        deployer.check(one.verb, layer, ())
        deployed = deployer.is_deployed(layer) or session.dry_run  # a dry run shows the destroy
        if not deployed and not session.project.files.has(file) and name not in deployer.slot_allocator.places():
            raise session.project.unknown_tenant(found, name)
        if deployed:
            interactive = deployer.context.interactive
            deployer.perform(one.verb, layer, [] if interactive else [Token("auto-approve", None, ("-auto-approve",))])
        else:
            deployer.slot_allocator.release(layer)  # its first apply may have failed after the slot was written
    if session.project.files.has(file):
        if not session.dry_run:
            file.unlink()
        session.console.info(f"{session.project.files.short(file)}: {'would be ' if session.dry_run else ''}removed")
    return 0


@command.command("show", help="Show everything that is known about a tenant.")
@takes(*ASKS_AWS, "timeout")
@_names
def show(ctx: click.Context, /, name: str, stack: str, region: str, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    found = session.project.stack(stack, region)
    declared = session.project.files.has(session.project.tenant_file(found, name))
    with open_status(session, found) as seen:
        slot = seen.slots().get(name)
        if not (declared or slot or seen.tenant_index.of(name).deployed):
            raise session.project.unknown_tenant(found, name)
        row = describe(seen, name, declared, changes(seen, (name,)).get(name), slot)
    if session.options.json:
        session.console.json(row)
        return seen.report_unread(session, (name,))
    row = {**row, "status": [in_words(word) for word in row["status"]]}
    rows = [(in_words(key), _cell(value)) for key, value in row.items()]
    values = session.console.completed(suggest("vars", Layer(found, name)))
    session.console.table(("of", name), [*rows, ("values", values)])
    return seen.report_unread(session, (name,))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{k} ({_cell(v)})" if isinstance(v, dict) else f"{k} {v}" for k, v in value.items()) or "-"
    return ", ".join(value) if isinstance(value, list) else "-" if value is None else str(value)
