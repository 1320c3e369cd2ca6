"""``orchestrate tenants``: a stack's tenants and their status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from ...fleet.change_detection import LayerDiff, TenantFilter
from ...model.errors import OrchestrateError
from ...model.stack import Layer
from ...state import lifetime
from ...state.index import LayerStatus, lock_of
from ...state.lifetime import Lifetime
from ...state.record import moment
from ..command import Command
from ..fleet_options import scope_options
from ..options import ASKS_AWS, takes
from ..session import CliSession
from ..tenant_status import TenantStatus, filter_of, open_status


@click.command(
    "tenants",
    cls=Command,
    help="List a stack's tenants: declared, deployed, changed, orphaned (a state but no file), state missing, failed, locked.",
)
@takes(*ASKS_AWS, "timeout")
@scope_options
@click.argument("stack")
@click.argument("region", required=False, default="")
@click.pass_context
def command(ctx: click.Context, /, stack: str, region: str, **options: Any) -> int:
    session = ctx.obj.merged(options)
    found = session.project.stack(stack, region)
    declared, tenant_filter = set(session.project.tenants(found)), filter_of(session)
    with open_status(session, found) as seen:
        names, slots = seen.names(tenant_filter), seen.slots()
        diffs = changes(seen, names)
        # A tenant that was never deployed may still have a slot.
        lives = lifetimes(seen, names if tenant_filter != TenantFilter() else tuple(seen.tenant_index.tenants))
        everyone = sorted({*names, *slots, *lives}) if tenant_filter == TenantFilter() else names
        rows = [
            describe(seen, name, name in declared, diffs.get(name), slots.get(name))
            | as_data(lives.get(name), now(seen, lives))
            for name in everyone
        ]
    if session.options.json:
        session.console.json(rows)
    else:
        session.console.table(("tenant", "status", "url", "builds", "last apply"), [_cells(row) for row in rows])
    _tell_overdue(session, [row["tenant"] for row in rows if row["overdue"]])
    return seen.report_unread(session, everyone) or int(any("state missing" in row["status"] for row in rows))


def lifetimes(seen: TenantStatus, names: Iterable[str]) -> dict[str, Lifetime]:
    """Of those that are stopped or have an end; one that cannot be read is said, and left out."""
    deployer, found = seen.detector.deployer, {}
    for name in (n for n in names if seen.tenant_index.of(n).lifetime):
        try:
            found[name] = lifetime.load(deployer.store, Layer(deployer.stack, name))
        except OrchestrateError as error:
            deployer.console.info(str(error))
    return found


def now(seen: TenantStatus, lives: Mapping[str, Lifetime]) -> float:
    """The bucket's time, where something ends."""
    return seen.now if any(one.expires for one in lives.values()) else 0.0


def as_data(life: Lifetime | None, now: float) -> dict[str, Any]:
    """Whether a tenant is stopped, and when it ends."""
    end, stopped = (life.expires, life.stopped) if life else (None, None)
    return {
        "stopped": {"at": stopped.at, "by": stopped.by, "reason": stopped.reason} if stopped else None,
        "expires": moment(end.at) if end else None,
        "overdue": bool(end and end.at <= now),
    }


def _tell_overdue(session: CliSession, names: Sequence[str]) -> None:
    if names:
        session.console.info(
            f"past their end, and still there: {', '.join(names)}. No job destroys them, or it failed: schedule "
            "`reap --expired --yes`, see docs/fleet.md"
        )


def changes(seen: TenantStatus, names: tuple[str, ...]) -> dict[str, LayerDiff]:
    """Each tenant compared with its last apply; {} where there is nothing to compare with yet."""
    if not names or not seen.stack_is_deployed():
        return {}
    try:
        return {diff.layer.tenant: diff for diff in seen.diffs(names)}
    except OrchestrateError as error:
        seen.detector.deployer.console.info(f"what changed is not known: {error}")
        return {}


def describe(
    seen: TenantStatus, name: str, declared: bool, diff: LayerDiff | None, slot: dict[str, Any] | None
) -> dict[str, Any]:
    """A tenant as plain data. ``changed`` says why an apply would run; null where that is not known."""
    deployer, status = seen.detector.deployer, seen.tenant_index.of(name)
    record = status.record
    lock = lock_of(deployer.store, Layer(deployer.stack, name)) if status.locked else None
    return {
        "tenant": name,
        "status": _status(status, declared, diff, slot),
        "declared": declared,
        "deployed": status.deployed,
        "orphaned": status.deployed and not declared,
        "changed": (diff.reason or False) if diff and status.deployed else None,
        "failed": dict(record.failed) or None,
        "locked": {"by": lock.who, "since": lock.created, "doing": lock.operation, "id": lock.id} if lock else None,
        "place": slot,
        "url": record.url or None,
        "builds": dict(record.builds),
        "last_apply": {"at": record.at, "by": record.by, "seconds": record.seconds} if record.at else None,
    }


def _status(status: LayerStatus, declared: bool, diff: LayerDiff | None, slot: dict[str, Any] | None) -> list[str]:
    words = {
        "state missing": status.missing,
        "not deployed": not (status.deployed or status.missing),
        "keeps a place": bool(slot and not status.deployed),
        "orphaned": (status.deployed or status.missing) and not declared,
        "wrong": bool(status.error or (diff and diff.error)),
        "changed": bool(diff and diff.reason and status.deployed and not diff.error),
        "failed": bool(status.record.failed),
        "locked": status.locked,
    }
    return [word for word, is_so in words.items() if is_so] or ["deployed"]


# JSON keeps what 0.1.0 wrote there, since programs read it; a person reads the word of docs/architecture.md.
_WORDS = {"keeps a place": "keeps a slot", "place": "slot"}


def in_words(data: str) -> str:
    """A status or a key of the JSON, as the table shows it."""
    return _WORDS.get(data, data.replace("_", " "))


def _alive(row: Mapping[str, Any]) -> list[str]:
    words = ["stopped"] if row.get("stopped") else []
    return words + ([f"{'overdue since' if row['overdue'] else 'ends'} {row['expires']}"] if row.get("expires") else [])


def _with_details(word: str, row: Mapping[str, Any]) -> str:
    """A word of its status, with the reason, or the time and the person."""
    lock, failed = row["locked"], row["failed"]
    if word == "locked" and lock:
        return f"locked by {lock['by'] or 'unknown'} since {lock['since'] or 'unknown'}"
    if word == "changed" and not failed:
        return f"changed: {row['changed']}"
    return f"failed at {failed['at']}" if word == "failed" and failed.get("at") else in_words(word)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    builds = " ".join(f"{n.removesuffix('-build').removesuffix('_build')}={b}" for n, b in row["builds"].items())
    applied = row["last_apply"]
    return (
        row["tenant"],
        ", ".join([*(_with_details(word, row) for word in row["status"]), *_alive(row)]),
        row["url"] or "-",
        builds or "-",
        f"{applied['at']} {applied['by']}" if applied else "-",
    )
