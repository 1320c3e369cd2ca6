"""``orchestrate tenants``: the register of a stack's tenants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from ...deploy.lb_slots.slots import Slot
from ...fleet.change_detection import Look, Scope
from ...model.errors import OrchestrateError
from ...model.nouns import Layer
from ...state.index import Entry, lock_of
from ..command import Command
from ..fleet_options import scope_options
from ..options import ASKS_AWS, takes
from ..tenant_status import Looking, looking, scope_of


@click.command(
    "tenants",
    cls=Command,
    help="List a stack's tenants: declared, deployed, changed, orphaned (a state but no file), failed, locked.",
)
@takes(*ASKS_AWS, "timeout")
@scope_options
@click.argument("stack")
@click.argument("region", required=False, default="")
@click.pass_context
def command(ctx: click.Context, /, stack: str, region: str, **given: Any) -> int:
    options = ctx.obj.merged(given)
    found = options.project.stack(stack, region)
    declared, scope = set(options.project.tenants(found)), scope_of(options)
    with looking(options, found) as seen:
        names, places = seen.names(scope), seen.places()
        whys = changes(seen, names)
        everyone = sorted({*names, *places}) if scope == Scope() else names  # who never came may still keep a place
        rows = [describe(seen, name, name in declared, whys.get(name), places.get(name)) for name in everyone]
    if options.json:
        options.console.json(rows)
    else:
        options.console.table(("tenant", "status", "url", "builds", "last apply"), [_cells(row) for row in rows])
    return seen.say_unread(options, everyone)


def changes(seen: Looking, names: tuple[str, ...]) -> dict[str, Look]:
    """Each tenant compared with its last apply; {} where there is nothing to compare with yet."""
    if not names or not seen.own_is_there():
        return {}
    try:
        return {look.layer.tenant: look for look in seen.looks(names)}
    except OrchestrateError as error:
        seen.looker.deployer.talk.say(f"what changed is not known: {error}")
        return {}


def describe(seen: Looking, name: str, declared: bool, look: Look | None, place: Slot | None) -> dict[str, Any]:
    """A tenant as plain data. ``changed`` says why an apply would run; null where that is not known."""
    deployer, entry = seen.looker.deployer, seen.register.of(name)
    record = entry.record
    lock = lock_of(deployer.store, Layer(deployer.stack, name)) if entry.locked else None
    return {
        "tenant": name,
        "status": _status(entry, declared, look, place),
        "declared": declared,
        "deployed": entry.deployed,
        "orphaned": entry.deployed and not declared,
        "changed": (look.why or False) if look and entry.deployed else None,
        "failed": dict(record.failed) or None,
        "locked": {"by": lock.who, "since": lock.created, "doing": lock.operation, "id": lock.id} if lock else None,
        "place": place.as_value() if place else None,
        "url": record.url or None,
        "builds": dict(record.builds),
        "last_apply": {"at": record.at, "by": record.by, "seconds": record.seconds} if record.at else None,
    }


def _status(entry: Entry, declared: bool, look: Look | None, place: Slot | None) -> list[str]:
    words = {
        "not deployed": not entry.deployed,
        "keeps a place": bool(place and not entry.deployed),
        "orphaned": entry.deployed and not declared,
        "wrong": bool(entry.error or (look and look.error)),
        "changed": bool(look and look.why and entry.deployed and not look.error),
        "failed": bool(entry.record.failed),
        "locked": entry.locked,
    }
    return [word for word, is_so in words.items() if is_so] or ["deployed"]


def _in_words(word: str, row: Mapping[str, Any]) -> str:
    """A word of its status, with who and when."""
    lock, failed = row["locked"], row["failed"]
    if word == "locked" and lock:
        return f"locked by {lock['by'] or 'unknown'} since {lock['since'] or 'unknown'}"
    return f"failed at {failed['at']}" if word == "failed" and failed.get("at") else word


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    builds = " ".join(f"{n.removesuffix('-build').removesuffix('_build')}={b}" for n, b in row["builds"].items())
    applied = row["last_apply"]
    return (
        row["tenant"],
        ", ".join(_in_words(word, row) for word in row["status"]),
        row["url"] or "-",
        builds or "-",
        f"{applied['at']} {applied['by']}" if applied else "-",
    )
