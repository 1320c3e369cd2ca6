"""``orchestrate builds``: which builds run, as they were recorded by the last apply."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import click

from ...deploy import builds
from ...fleet import selection
from ...model.errors import NotFoundError, UsageError
from ...model.report import worst
from ...model.stack import Layer
from ...state import index
from ...state.index import LayerStatus
from ...terraform.commands import PLAN
from ...terraform.suggested import suggest
from ..command import Command
from ..fleet_options import scope_options
from ..invocation import Form, parse
from ..options import ASKS_AWS, takes
from ..session import CliSession

_FORM = Form("builds", PLAN, flags=())  # nothing is run


@click.command(
    "builds",
    cls=Command,
    help="Show which builds run. With --format groovy or env: lines that a pipeline loads.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "tenant")
@scope_options
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "groovy", "env"]), default="table", help="Output format."
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var tenant=NAME]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], form: str, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    layer = parse(session, _FORM, words).layer
    form = "json" if session.options.json else form
    if layer.tenant or layer.stack.tenant_source is None:
        entry = index.layer_status(session.store(layer.stack), layer)
        if not entry.deployed:
            raise NotFoundError(
                f"{layer.label} was never applied",
                hint=f"to list what is deployed: {suggest('tenants', Layer(layer.stack))}",
            )
        _warn(session, layer, entry)
        _print(session, form, layer.tenant or layer.stack.name, entry)
        return 0
    if form in ("groovy", "env"):
        raise UsageError(f"--format {form} is for one tenant", hint="name it: -var tenant=NAME")
    entries = _entries(session, layer)
    _print_all(session, form, {n: e for n, e in entries.items() if not e.error})
    errors = [e.error for e in entries.values() if e.error]
    for error in errors:
        session.console.error(error)
    return worst(error.exit_code for error in errors)


def _entries(session: CliSession, layer: Layer) -> dict[str, LayerStatus]:
    """Each deployed tenant in scope; the stack layer, by the stack's name, where it has builds."""
    found = index.read(session.store(layer.stack), layer.stack)
    shard = selection.parse_shard(session.options.fleet.shard) if session.options.fleet.shard else None
    fleet = session.options.fleet
    tags = partial(session.project.values.tags, layer.stack)
    names = selection.tagged(found.deployed, selection.parse_tags(fleet.tag), tags, layer.stack.label)
    choice = selection.choose(names, selection.parse_patterns(fleet.tenants), layer.stack.label)
    entries = {n: found.of(n) for n in choice.chosen if shard is None or n in shard}
    tells = (
        bool(found.stack_layer.record.builds or found.stack_layer.error)
        and not (fleet.tenants or fleet.tag)
        and not shard
    )
    return ({f"({layer.stack.name})": found.stack_layer} if tells else {}) | entries


def doubt(entry: LayerStatus) -> str:
    """Why what was recorded may not be what runs, in words; "" when there is no reason."""
    if entry.locked:
        return "being changed"
    if entry.record.damaged:
        return "its record is damaged"
    if entry.record.failed:
        return "its last try failed"
    return "changed after its last apply" if entry.deployed and entry.touched else ""


def _warn(session: CliSession, layer: Layer, entry: LayerStatus) -> None:
    if word := doubt(entry):
        session.console.info(f"{layer.label}: {word}: these are the builds of its last good apply ({entry.record.at})")


def _print(session: CliSession, form: str, name: str, entry: LayerStatus) -> None:
    numbers, console = entry.record.builds, session.console
    if form == "json":
        console.json(dict(sorted(numbers.items())))
    elif form in ("groovy", "env"):
        text = builds.as_groovy(numbers) if form == "groovy" else builds.as_env(numbers)
        if text:
            console.print(text)
    else:
        _print_all(session, form, {name: entry})


def _print_all(session: CliSession, form: str, entries: Mapping[str, LayerStatus]) -> None:
    if form == "json":
        session.console.json({name: dict(sorted(e.record.builds.items())) for name, e in entries.items()})
        return
    names = sorted({n for e in entries.values() for n in e.record.builds})
    rows = [
        (name, *(e.record.builds.get(n, "-") for n in names), _applied(e), doubt(e) or "-")
        for name, e in entries.items()
    ]
    session.console.table(("tenant", *names, "last apply", "doubt"), rows)


def _applied(entry: LayerStatus) -> str:
    return f"{entry.record.at} {entry.record.by}".strip() or "-"
