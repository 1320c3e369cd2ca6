"""``orchestrate keep``: what the night spares, until when, why, and who said so."""

from __future__ import annotations

import time
from typing import Any

import click

from ...model.errors import UsageError
from ...model.nouns import Stack
from ...reaper import holds, reaper, rules, time_zones
from ...reaper.reaper import StackFilter
from ...reaper.rules import Hold
from ...state import store as stores
from ...state.record import moment
from ...state.store import Store
from ..command import Command
from ..options import ASKS_AWS, Options, takes


@click.command(
    "keep", cls=Command, help="Spare an ephemeral stack from the night until a day or a time; show who is; end it."
)
@takes(*ASKS_AWS)
@click.option("--until", metavar="TIME", default="", help="2026-12-01 (all of that day), 2026-12-01T18:00[+11:00].")
@click.option("--time-zone", metavar="ZONE", default="", help="Whose clock; default: this machine's.")
@click.option("--reason", metavar="TEXT", default="", help="Why, for whoever wonders.")
@click.option("--off", is_flag=True, help="Keep it no longer.")
@click.option("--list", "listed", is_flag=True, help="Show what is kept.")
@click.argument("stack", required=False, default="")
@click.argument("region", required=False, default="")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    stack: str,
    region: str,
    until: str,
    time_zone: str,
    reason: str,
    off: bool,
    listed: bool,
    **given: Any,
) -> int:
    options: Options = ctx.obj.merged(given)
    if [bool(until), off, listed].count(True) != 1 or bool(stack) == listed:
        raise UsageError("keep needs one of three", hint="keep STACK [REGION] --until 2026-12-01 | --off ; keep --list")
    for flag, given_too, needed, there in (
        ("--json", options.json, "--list", listed),
        ("--time-zone", time_zone, "--until", until),
        ("--reason", reason, "--until", until),
    ):
        if given_too and not there:
            raise UsageError(f"keep takes {flag} with {needed} only", hint="see: ./orchestrate keep --help")
    if listed:
        return _list(options)
    zone, zone_name = (time_zones.zone(time_zone), time_zone) if time_zone else time_zones.local(options.environ)
    now = time.time()
    hold = Hold(
        until=rules.until(until, zone, now) if until else 0.0,
        typed=until.strip(),
        zone="" if rules.names_its_offset(until) else zone_name,
        reason=reason,
        by=options.author,
        at=moment(now),
    )
    found = options.project.stack(stack, region)
    return _off(options, found) if off else _keep(options, found, hold)


def _keep(options: Options, stack: Stack, hold: Hold) -> int:
    if not stack.settings.ephemeral:
        raise UsageError(
            f"{stack.label} is not ephemeral: the night leaves it alone anyway",
            where=f"{stack.config.name}/stack.hcl",
            hint="./orchestrate reap shows which stacks go",
        )
    holds.write(_store(options, stack), stack, hold)
    options.console.info(f"{stack.label}: kept until {hold}, that is {_utc(hold)}")
    return 0


def _off(options: Options, stack: Stack) -> int:
    store = _store(options, stack)
    if store.read(holds.key(stack)) is None:
        options.console.info(f"{stack.label}: was not kept")
    else:
        holds.forget(store, stack)
        options.console.info(f"{stack.label}: kept no longer; the next night may destroy it")
    return 0


def _list(options: Options) -> int:
    candidates = list(reaper.find(options.project, StackFilter(), lambda s: (options.identity(s), _store(options, s))))
    hold = [(f, f.hold) for f in candidates if f.hold]
    if options.json:
        options.console.json([{"stack": f.name, "region": f.region, **one.as_data()} for f, one in hold])
    else:
        rows = [(f.label, _utc(k), f"{k.typed} {k.zone}", k.reason or "-", k.by, k.at) for f, k in hold]
        options.console.table(("stack", "until", "typed", "reason", "by", "at"), rows)
    for candidate in candidates:
        if candidate.error:
            options.console.error(candidate.error)
    return max((f.error.exit_code for f in candidates if f.error), default=0)


def _store(options: Options, stack: Stack) -> Store:
    return stores.open_store(stack, options.identity(stack))


def _utc(hold: Hold) -> str:
    return moment(hold.until)
