"""``orchestrate modules fetch``: the modules that the project's roots call from elsewhere, fetched and listed."""

from __future__ import annotations

import time
from typing import Any

import click

from ...model.errors import UsageError
from ...model.stack import Layer
from ...project import module_calls
from ...terraform.module_sources import ModuleCall, shown
from ..command import Command
from ..options import takes
from ..session import CliSession


@click.command(
    "modules fetch",
    cls=Command,
    help="Fetch the modules that the project's roots call from git, registries and archives, and list them.",
)
@takes("root", "engine", "json")
@click.option("--upgrade", is_flag=True, help="Fetch again what may be another by now: a branch, a range of versions.")
@click.option("--clear", is_flag=True, help="Remove all that was fetched, and fetch nothing.")
@click.pass_context
def command(ctx: click.Context, /, upgrade: bool, clear: bool, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    if upgrade and clear:
        raise UsageError("--upgrade and --clear exclude each other", hint="first --clear, then without an option")
    if clear:
        session.console.info(f"removed {session.remote_modules.clear()} fetched modules")
        return 0
    layers = _layers(session)
    if upgrade:
        session.remote_modules.fetch_again(call for layer in layers for call in session.remote_modules.calls(layer))
    for layer in layers:
        session.remote_modules(layer, look_up=True)
    _list(session, _rows(session, layers))
    return 0


def _layers(session: CliSession) -> list[Layer]:
    """One for each root."""
    found: dict[str, Layer] = {}
    for stack in session.project.stacks():
        for layer in (Layer(stack), *([Layer(stack, "t")] if stack.tenant_source else [])):
            calls = any(not call.directory for call in module_calls.calls(session.project.files, layer))
            if calls:
                found.setdefault(f"{layer.source} {'' if layer.tenant else stack.config}", layer)
    return list(found.values())


def _rows(session: CliSession, layers: list[Layer]) -> list[dict[str, str]]:
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for layer in layers:
        for call in session.remote_modules.calls(layer):
            if not call.directory:
                rows[call.source, call.version] = _row(session, call)
    return list(rows.values())


def _row(session: CliSession, call: ModuleCall) -> dict[str, str]:
    entry = session.remote_modules.chosen[call.source, call.version]
    first = entry.packages[0]
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(entry.at))
    return {
        "module": shown(call.source),
        "version": first.version or call.version,
        "found": first.found,
        "fetched": at,
        "where": call.where,
    }


def _list(session: CliSession, rows: list[dict[str, str]]) -> None:
    if session.options.json:
        session.console.json(rows)
    elif rows:
        session.console.table(("module", "version", "found", "fetched", "where"), [list(row.values()) for row in rows])
    else:
        session.console.info("no root calls a module from elsewhere")
