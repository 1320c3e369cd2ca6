"""``orchestrate tenant add|remove|show``: one tenant of the register."""

from __future__ import annotations

from typing import Any

import click

from ...deploy import deployer as deploy
from ...terraform import commands
from ...terraform.commands import Token
from ..command import CommandGroup
from ..options import ASKS_AWS, Options, takes
from ..tenant_status import looking
from .tenants import changes, describe


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
@click.option("--from", "other", metavar="TENANT", help="Begin with what that tenant has of its own.")
@takes("root")
@_names
def add(ctx: click.Context, /, name: str, stack: str, region: str, other: str | None, **given: Any) -> int:
    options: Options = ctx.obj.merged(given)
    found = options.project.stack(stack, region)
    file = options.project.add_tenant(found, name, other or "")
    options.console.info(f"{file}: what {name} has of its own goes there")
    options.console.print(f"./orchestrate apply {found.name} {found.region} -var tenant={name}".replace("  ", " "))
    return 0


@command.command("remove", help="Destroy a tenant, and then remove its file.")
@takes("root", "sandbox", "engine", "dry_run", "timeout")
@_names
def remove(ctx: click.Context, /, name: str, stack: str, region: str, **given: Any) -> int:
    options: Options = ctx.obj.merged(given)
    found = options.project.stack(stack, region)
    verb = commands.VERBS["destroy"]
    layer = deploy.layer_of(options.project, found, verb, name)
    file = options.project.tenant_file(found, name)
    with options.signals().installed() as signals:
        deployer = options.deployer(found, signals)
        deployer.check(verb, name, ())
        deployed = deployer.is_deployed(layer) or options.dry_run  # on paper as if
        if not deployed and not options.project.files.has(file) and name not in deployer.slot_allocator.places():
            raise options.project.unknown_tenant(found, name)
        if deployed:
            interactive = deployer.context.interactive
            deployer.perform(verb, name, [] if interactive else [Token("auto-approve", None, ("-auto-approve",))])
        else:
            deployer.slot_allocator.release(layer)  # its first apply may have failed after the place was written
    if options.project.files.has(file):
        if not options.dry_run:
            file.unlink()
        options.console.info(f"{options.project.files.short(file)}: {'would be ' if options.dry_run else ''}removed")
    return 0


@command.command("show", help="Everything that is known of a tenant.")
@takes(*ASKS_AWS, "timeout")
@_names
def show(ctx: click.Context, /, name: str, stack: str, region: str, **given: Any) -> int:
    options: Options = ctx.obj.merged(given)
    found = options.project.stack(stack, region)
    declared = options.project.files.has(options.project.tenant_file(found, name))
    with looking(options, found) as seen:
        place = seen.places().get(name)
        if not (declared or place or seen.tenant_index.of(name).deployed):
            raise options.project.unknown_tenant(found, name)
        row = describe(seen, name, declared, changes(seen, (name,)).get(name), place)
    if options.json:
        options.console.json(row)
        return seen.say_unread(options, (name,))
    rows = [(k.replace("_", " "), _cell(v)) for k, v in row.items()]
    stack_words = f"{found.name} {found.region}".strip()
    options.console.table(("of", name), [*rows, ("values", f"./orchestrate vars {stack_words} -var tenant={name}")])
    return seen.say_unread(options, (name,))


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items()) or "-"
    return ", ".join(value) if isinstance(value, list) else "-" if value is None else str(value)
