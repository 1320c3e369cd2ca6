"""``orchestrate history``: a layer's applies, the newest first: when, who, which builds, from which commit, how long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import click

from ...model.errors import NotFoundError
from ...state import layer_state, task_history
from ...state.field_names import to_data
from ...state.history import HistoryEntry, in_words
from ...state.task_history import TaskEntry
from ...terraform.commands import PLAN
from ..command import Command
from ..invocation import Form, parse
from ..options import ASKS_AWS, takes
from ..session import CliSession

Row = TypeVar("Row")
_FORM = Form("history", PLAN, flags=())  # nothing is run


@click.command(
    "history",
    cls=Command,
    help="List a tenant's applies, newest first: time, author, builds, commit, job, seconds.",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "tenant")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="STACK [REGION] [-var tenant=NAME]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    layer = parse(session, _FORM, words).layer
    store = session.store(layer.stack)
    applies, tasks = layer_state.load_history(store, layer)[::-1], task_history.load(store, layer)[::-1]
    if not applies and not tasks:
        gone = layer_state.load_destroyed(store, layer)
        past = f"; destroyed at {gone.at} by {gone.by}, {in_words(gone.builds)} ran until then" if gone else ""
        raise NotFoundError(
            f"{layer.label} has no history{past}",
            hint="a history begins with the first apply; a destroy keeps of it the builds that ran",
        )
    if session.options.json:
        found = [(t.at, {"at": t.at, "task": to_data(t)}) for t in tasks] + [(one.at, to_data(one)) for one in applies]
        session.console.json([data for _, data in _newest_first(found)])
    else:
        head = ("no.", "when", "who", "builds", "commit", "seconds", "what")
        before = [*applies[1:], *[HistoryEntry()] * bool(applies)]
        rows = [(one.at, _task_cells(one)) for one in tasks]
        rows += [(one.at, _cells(one, was.builds)) for one, was in zip(applies, before, strict=True)]
        session.console.table(head, [cells for _, cells in _newest_first(rows)])
    return 0


def _newest_first(found: list[tuple[str, Row]]) -> list[tuple[str, Row]]:
    return sorted(found, key=lambda one: one[0], reverse=True)


def _task_cells(one: TaskEntry) -> tuple[str, ...]:
    """A task, or a hook of an apply, between the applies: it has no number, since nothing goes back to it."""
    ran = (
        f"task {one.name}: {one.result} ({one.task[:8]})"
        if not one.name.startswith("hook ")
        else f"{one.name}: {one.result}"
    )
    what = "; ".join(filter(None, (ran, one.build_url)))
    return "-", one.at, one.by, in_words(one.builds), "-", f"{one.seconds:g}", what


def _cells(one: HistoryEntry, before: Mapping[str, str]) -> tuple[str, ...]:
    """``before``: the builds of the apply before; those that moved show both numbers."""
    commit, dirty, _ = one.commit.partition("-dirty")
    what = "; ".join(filter(None, (one.reason_text, one.failed, one.build_url)))
    builds = in_words({n: f"{before[n]} -> {b}" if before.get(n, b) != b else b for n, b in one.builds.items()})
    return str(one.number), one.at, one.by, builds, commit[:10] + dirty or "-", f"{one.seconds:g}", what or "-"
