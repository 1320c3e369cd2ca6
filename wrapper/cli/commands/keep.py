"""``orchestrate keep``: keep an ephemeral stack until a time, with the reason and the author."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import click

from ...model.errors import NotFoundError, UsageError
from ...model.stack import Layer, Stack
from ...project.stack_filter import StackFilter
from ...reaper import holds, reaper, rules, time_zones
from ...reaper.rules import Hold
from ...state import lifetime
from ...state.lifetime import TenantEnd
from ...state.record import moment
from ...state.store import Store
from ...terraform.commands import PLAN
from ...terraform.suggested import suggest
from ..command import Command
from ..invocation import Form, parse
from ..options import ASKS_AWS, takes
from ..session import CliSession


@click.command(
    "keep",
    cls=Command,
    help="Keep an ephemeral stack until a day or a time: reap spares it. Lists and ends such holds. With a tenant: move its end.",
    epilog="For example: ./orchestrate keep appcluster-test ap-southeast-2 -var tenant=pr-7 --until 2099-12-01",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "tenant")
@click.option(
    "--until",
    metavar="TIME",
    default="",
    help="Keep it until 2026-12-01 (all of that day) or 2026-12-01T18:00[+11:00].",
)
@click.option("--time-zone", metavar="ZONE", default="", help="Time zone of --until (default: this machine's).")
@click.option("--reason", metavar="TEXT", default="", help="Reason, shown by `reap` and `keep --list`.")
@click.option("--off", is_flag=True, help="End the hold.")
@click.option("--list", "listed", is_flag=True, help="List the stacks that are kept.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[STACK [REGION] [-var tenant=NAME]]")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    words: tuple[str, ...],
    until: str,
    time_zone: str,
    reason: str,
    off: bool,
    listed: bool,
    **options: Any,
) -> int:
    session: CliSession = ctx.obj.merged(options)
    layer = parse(session, Form("keep", PLAN, flags=()), words).layer if words else None
    if (
        [bool(until), off, listed].count(True) != 1
        or (layer is None) != listed
        or (session.options.tenant and not layer)
    ):
        raise UsageError(
            "keep takes a stack with --until or --off, or --list alone",
            hint="keep STACK [REGION] --until 2026-12-01 | --off ; keep --list",
        )
    for flag, is_set, needed, there in (
        ("--json", session.options.json, "--list", listed),
        ("--time-zone", time_zone, "--until", until),
        ("--reason", reason, "--until", until),
    ):
        if is_set and not there:
            raise UsageError(f"keep takes {flag} with {needed} only", hint="see: ./orchestrate keep --help")
    if layer is None:
        return _list(session)
    zone, zone_name = (time_zones.zone(time_zone), time_zone) if time_zone else time_zones.local(session.environ)
    now = session.store(layer.stack).now() if layer.tenant else time.time()
    hold = Hold(
        until=rules.until(until, zone, now) if until else 0.0,
        typed=until.strip(),
        zone="" if rules.names_its_offset(until) else zone_name,
        reason=reason,
        by=session.author,
        at=moment(now),
    )
    if layer.tenant:
        return _move(session, layer, hold, off=off)
    found = layer.stack
    return _off(session, found) if off else _keep(session, found, hold)


def _keep(session: CliSession, stack: Stack, hold: Hold) -> int:
    if not stack.settings.ephemeral:
        raise UsageError(
            f"{stack.label} is not ephemeral: reap never destroys it",
            where=stack.settings_file,
            hint="to see what reap would destroy: ./orchestrate reap",
        )
    holds.write(_store(session, stack), stack, hold)
    session.console.info(f"{stack.label}: kept until {hold}, that is {_utc(hold)}")
    return 0


def _move(session: CliSession, layer: Layer, hold: Hold, *, off: bool) -> int:
    """The end of a tenant, which it has had before: another, or none."""
    store = session.store(layer.stack)
    if lifetime.load(store, layer).expires is None:
        raise NotFoundError(
            f"{layer.label} does not end by itself",
            hint=f"an apply gives it an end: {suggest('apply', layer, '--ttl', '3d')}",
        )
    end = None if off else TenantEnd(hold.until, hold.by, hold.reason)
    lifetime.change(store, layer, lambda now: replace(now, expires=end))
    session.console.info(f"{layer.label}: " + ("no longer ends by itself" if off else f"ends at {_utc(hold)}"))
    return 0


def _off(session: CliSession, stack: Stack) -> int:
    store = _store(session, stack)
    if store.read(holds.key(stack)) is None:
        session.console.info(f"{stack.label}: was not kept")
    else:
        holds.forget(store, stack)
        session.console.info(f"{stack.label}: no longer kept; the next `reap --yes` may destroy it")
    return 0


def _list(session: CliSession) -> int:
    candidates = list(
        reaper.find(StackFilter().stacks(session.project), lambda s: (session.identity(s), _store(session, s)))
    )
    hold = [(f, f.hold) for f in candidates if f.hold]
    if session.options.json:
        session.console.json([{"stack": f.name, "region": f.region, **one.as_data()} for f, one in hold])
    else:
        rows = [(f.label, _utc(k), f"{k.typed} {k.zone}", k.reason or "-", k.by, k.at) for f, k in hold]
        session.console.table(("stack", "until", "typed", "reason", "by", "at"), rows)
    for candidate in candidates:
        if candidate.error:
            session.console.error(candidate.error)
    return max((f.error.exit_code for f in candidates if f.error), default=0)


def _store(session: CliSession, stack: Stack) -> Store:
    return session.store(stack)


def _utc(hold: Hold) -> str:
    return moment(hold.until)
