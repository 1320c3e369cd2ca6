"""``orchestrate reap``: shows which ephemeral stacks it would destroy; with --yes, it destroys them."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from ...deploy.deployer import Deployer
from ...model import duration
from ...model.errors import UsageError
from ...model.report import LayerResult, worst
from ...model.stack import Stack
from ...project.stack_filter import StackFilter
from ...reaper import night_stop, reaper, rules
from ...reaper.reaper import Reaper
from ...reaper.rules import ReapCandidate
from ...terraform import environment
from ..command import Command
from ..fleet_options import file_options
from ..options import ASKS_AWS, TIME, TIME_OR_ZERO, takes
from ..session import CliSession
from . import expired_tenants, reaping
from .expired_tenants import Patience
from .reaping import Reaping

_WARN = "6h"  # before a tenant's end
_NONE = "no ephemeral stack here: nothing to reap (ephemeral = true in stack.hcl marks one)"
HEAD = ("stack", "tenants", "last apply", "kept until", "what")


@dataclass(frozen=True)
class ReapOptions:
    """One night: ``older_than`` and ``wait`` in seconds."""

    wanted: StackFilter
    older_than: float
    wait: float
    now: float


@click.command(
    "reap",
    cls=Command,
    help="Show what `reap --yes` would destroy: every stack marked ephemeral that has a state, its tenants first. "
    "With --yes, destroy it and check that nothing of it is left. A protected stack stays.",
)
@takes(*ASKS_AWS, "jobs", "timeout")
@file_options
@click.option("--region", metavar="REGION", default="", help="Only stacks in this region.")
@click.option("--stack", "globs", multiple=True, metavar="GLOB", help="Only stacks whose name matches.")
@click.option("--yes", is_flag=True, help="Destroy these stacks.")
@click.option(
    "--older-than",
    type=TIME,
    metavar="TIME",
    help="Only stacks that were last applied this long ago (90m, 12h, 2d).",
)
@click.option(
    "--lock-timeout",
    type=TIME_OR_ZERO,
    metavar="TIME",
    default="10m",
    show_default=True,
    help="Wait this long for a running apply (0: do not wait).",
)
@click.option(
    "--expired", is_flag=True, help="Tenants whose time (apply --ttl) has passed, of any stack, and nothing else."
)
@click.option(
    "--warn",
    type=TIME_OR_ZERO,
    metavar="TIME",
    help="With --expired and --notify: send a message this long before a tenant's end (default 6h; 0: none).",
)
@click.argument("words", nargs=-1, metavar="")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    words: tuple[str, ...],
    region: str,
    globs: tuple[str, ...],
    yes: bool,
    older_than: str | None,
    lock_timeout: str,
    expired: bool,
    warn: str | None,
    **options: Any,
) -> int:
    session: CliSession = ctx.obj.merged(options)
    _check_words(words)
    environment.check(session.environ)
    wanted = StackFilter(region, globs)
    age = duration.parse(older_than) if older_than else 0.0
    one = ReapOptions(wanted, age, duration.parse_or_zero(lock_timeout), time.time())
    if not yes and any(session.options.files):
        raise UsageError(
            "without --yes nothing is destroyed, and there is no report",
            hint="add --yes, or use --json to see what would go",
        )
    session.console.data_only = session.options.json
    if warn and not (expired and session.options.files.notify):
        raise UsageError("--warn is for --expired with --notify", hint="leave it out")
    if expired:
        if older_than:
            raise UsageError("a tenant's end is a time, whatever its age", hint="leave --older-than out")
        return expired_tenants.reap(session, wanted, Patience(one.wait, duration.parse_or_zero(warn or _WARN)), yes=yes)
    with session.signals().installed() as signals:
        found = list(reaper.find(wanted.stacks(session.project), lambda stack: reaping.connect(session, stack)))
        if yes:
            return _reap(session, one, found, session.deployers(signals))
    return _show(session, one, found)


def _check_words(words: Sequence[str]) -> None:
    if words:
        narrowed = " ".join(f"{o} {shlex.quote(w)}" for o, w in zip(("--stack", "--region"), words, strict=False))
        raise UsageError(
            f"reap is for every ephemeral stack, and takes no {words[0]}",
            hint=f"to narrow it: ./orchestrate reap {narrowed}",
        )


# -- what would be done -----------------------------------------------------------------------------


def _show(session: CliSession, one: ReapOptions, found: Sequence[ReapCandidate]) -> int:
    rows = rules.words(found, one.now, one.older_than)
    if session.options.json:
        session.console.json(rows)
    elif found:
        session.console.table(HEAD, [_row(f, one) for f in found])
    going = [f.label for f in found if f.goes(one.now, one.older_than)]
    for candidate in found:
        if candidate.error:
            session.console.error(candidate.error)
    if not found:
        session.console.info(_NONE)
    elif going:
        session.console.info(f"nothing was changed. To {_way(found, going)} {', '.join(going)}: add --yes")
    elif not any(f.error for f in found):
        session.console.info("nothing to reap")
    return worst(f.error.exit_code for f in found if f.error)


def _way(found: Sequence[ReapCandidate], going: Sequence[str]) -> str:
    return " and ".join(sorted({one.way for one in found if one.label in going}))


def _row(candidate: ReapCandidate, one: ReapOptions) -> tuple[str, ...]:
    last = f"{rules.age(one.now - candidate.last)} ago" if candidate.last is not None else "-"
    reason = candidate.spared(one.now, one.older_than)
    busy = ", ".join(n or "itself" for n in candidate.busy)
    if candidate.error:
        what = f"not known: {candidate.error.message}"
    elif reason:
        what = "stays: " + (reason if not reason.startswith("kept until") else "kept")
    elif candidate.goes(one.now, one.older_than):
        what = candidate.way + f" (locked now: {busy})" * bool(busy)
    else:
        what = "nothing there"
    hold = str(candidate.hold) if candidate.hold and candidate.hold.holds(one.now) else "-"
    return candidate.label, ", ".join(candidate.tenants) or "-", last, hold, what


# -- what is done ----------------------------------------------------------------------------------


def _reap(
    session: CliSession, one: ReapOptions, found: Sequence[ReapCandidate], deployer_of: Callable[[Stack], Deployer]
) -> int:
    begun = Reaping.begin(session)
    results = reaper.reap_all(
        found,
        lambda candidate: candidate.spared(one.now, one.older_than),
        lambda stack: reaping.opened(session, deployer_of(stack), begun.logs, one.wait),
        session.console.info,
        _spent,
    )
    age = [f"--older-than={one.older_than:.15g}s"] if one.older_than else []
    return begun.told(results, reaping.command(one.wanted, ["--yes"], age), "" if found else _NONE)


def _spent(reaper: Reaper) -> list[LayerResult]:
    return night_stop.stop(reaper) if reaper.stack.settings.night == "stop" else reaper.reap()
