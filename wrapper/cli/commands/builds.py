"""``orchestrate builds``: which builds run, as they were recorded by the last apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from ...deploy import builds
from ...fleet import selection
from ...model.errors import NotFoundError, UsageError
from ...model.nouns import Layer
from ...reports.model import worst
from ...state import index
from ...state.index import LayerStatus
from ..command import Command
from ..fleet_options import scope_options
from ..layer_argument import read_only, store_of
from ..options import ASKS_AWS, Options, takes


@click.command(
    "builds",
    cls=Command,
    help="Read back which builds run. groovy and env: lines that a pipeline loads.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "tenant")
@scope_options
@click.option("--format", "form", type=click.Choice(["table", "json", "groovy", "env"]), default="table")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var tenant=NAME]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], form: str, **given: Any) -> int:
    options: Options = ctx.obj.merged(given)
    layer = read_only(options, "builds", words)
    form = "json" if options.json else form
    if layer.tenant or layer.stack.tenant_source is None:
        entry = index.layer_status(store_of(options, layer.stack), layer)
        if not entry.deployed:
            raise NotFoundError(f"{layer.label} was never applied", hint="./orchestrate tenants lists what is there")
        _warn(options, layer, entry)
        _print(options, form, layer.tenant or layer.stack.name, entry)
        return 0
    if form in ("groovy", "env"):
        raise UsageError(f"--format {form} is for one tenant", hint="name it: -var tenant=NAME")
    entries = _entries(options, layer)
    _print_all(options, form, {n: e for n, e in entries.items() if not e.error})
    errors = [e.error for e in entries.values() if e.error]
    for error in errors:
        options.console.error(error)
    return worst(error.exit_code for error in errors)


def _entries(options: Options, layer: Layer) -> dict[str, LayerStatus]:
    """Everyone in scope that is deployed; the stack's own layer, by its name, where it has builds."""
    found = index.read(store_of(options, layer.stack), layer.stack)
    shard = selection.parse_shard(options.shard) if options.shard else None
    choice = selection.choose(found.deployed, selection.parse_patterns(options.tenants), layer.stack.label)
    entries = {n: found.of(n) for n in choice.chosen if shard is None or n in shard}
    tells = bool(found.own.record.builds or found.own.error) and not options.tenants and not shard
    return ({f"({layer.stack.name})": found.own} if tells else {}) | entries


def doubt(entry: LayerStatus) -> str:
    """Why what was recorded may not be what runs, in words; "" when there is no reason."""
    if entry.locked:
        return "being changed"
    if entry.record.failed:
        return "its last try failed"
    return "changed by another hand since" if entry.deployed and entry.touched else ""


def _warn(options: Options, layer: Layer, entry: LayerStatus) -> None:
    if word := doubt(entry):
        options.console.info(f"{layer.label}: {word}: these are the builds of its last good apply ({entry.record.at})")


def _print(options: Options, form: str, name: str, entry: LayerStatus) -> None:
    numbers, console = entry.record.builds, options.console
    if form == "json":
        console.json(dict(sorted(numbers.items())))
    elif form in ("groovy", "env"):
        text = builds.as_groovy(numbers) if form == "groovy" else builds.as_env(numbers)
        if text:
            console.print(text)
    else:
        _print_all(options, form, {name: entry})


def _print_all(options: Options, form: str, entries: Mapping[str, LayerStatus]) -> None:
    if form == "json":
        options.console.json({name: dict(sorted(e.record.builds.items())) for name, e in entries.items()})
        return
    names = sorted({n for e in entries.values() for n in e.record.builds})
    rows = [
        (name, *(e.record.builds.get(n, "-") for n in names), _applied(e), doubt(e) or "-")
        for name, e in entries.items()
    ]
    options.console.table(("tenant", *names, "last apply", "doubt"), rows)


def _applied(entry: LayerStatus) -> str:
    return f"{entry.record.at} {entry.record.by}".strip() or "-"
