"""``orchestrate reap``: what the night would destroy; with --yes, the night."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from ... import __version__
from ...aws.identity import Identity
from ...fleet import fleet
from ...fleet.fleet import Fleet, FleetPolicy
from ...fleet.logs import Logs
from ...model.errors import UsageError
from ...model.nouns import Stack
from ...reaper import reaper, rules
from ...reaper.reaper import Reaper, StackFilter
from ...reaper.rules import ReapCandidate
from ...reports import files
from ...reports.model import Report, in_order, worst
from ...run.signals import SignalHandler
from ...state import store
from ...state.store import Store
from ...terraform import commands, environment
from .. import run_fleet
from ..command import Command
from ..command_line import as_typed
from ..fleet_options import file_options, targets
from ..options import ASKS_AWS, Options, takes
from ..progress import open_progress

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
    help="Show what the night would destroy: every stack marked ephemeral that has a state, its tenants first. "
    "With --yes it does, and proves that nothing of it is left. What is protected stays.",
)
@takes(*ASKS_AWS, "jobs", "timeout")
@file_options
@click.option("--region", metavar="REGION", default="", help="Only stacks of this region.")
@click.option("--stack", "globs", multiple=True, metavar="GLOB", help="Only stacks of such a name.")
@click.option("--yes", is_flag=True, help="Do it.")
@click.option("--older-than", metavar="TIME", default="", help="Spare what was applied since (90m, 12h, 2d).")
@click.option("--lock-timeout", metavar="TIME", default="10m", show_default=True, help="Wait for a running apply.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    region: str,
    globs: tuple[str, ...],
    yes: bool,
    older_than: str,
    lock_timeout: str,
    **given: Any,
) -> int:
    options: Options = ctx.obj.merged(given)
    environment.check(options.environ)
    wanted = StackFilter(region, globs)
    age = rules.seconds(older_than) if older_than else 0.0
    one = ReapOptions(wanted, age, commands.parse_duration(lock_timeout), time.time())
    if not yes and (options.report or options.junit or options.html):
        raise UsageError("a report is of what was done, and nothing is", hint="add --yes; or --json for what would be")
    options.console.data_only = options.json
    with options.signals().installed() as signals:
        found = list(reaper.find(options.project, wanted, lambda stack: _doors(options, stack)))
        if yes:
            return _reap(options, one, found, signals)
    return _show(options, one, found)


def _doors(options: Options, stack: Stack) -> tuple[Identity, Store]:
    identity = options.identity(stack)
    return identity, store.open_store(stack, identity)


# -- what would be done -----------------------------------------------------------------------------


def _show(options: Options, one: ReapOptions, found: Sequence[ReapCandidate]) -> int:
    rows = rules.words(found, one.now, one.older_than)
    if options.json:
        options.console.json(rows)
    elif found:
        options.console.table(HEAD, [_row(f, one) for f in found])
    going = [f.label for f in found if f.goes(one.now, one.older_than)]
    for candidate in found:
        if candidate.error:
            options.console.error(candidate.error)
    if not found:
        options.console.info("no ephemeral stack here: nothing to reap (ephemeral = true in stack.hcl marks one)")
    elif going:
        options.console.info(f"nothing was changed. To destroy {', '.join(going)}: the same with --yes")
    elif not any(f.error for f in found):
        options.console.info("nothing to reap")
    return worst(f.error.exit_code for f in found if f.error)


def _row(candidate: ReapCandidate, one: ReapOptions) -> tuple[str, ...]:
    last = f"{rules.age(one.now - candidate.last)} ago" if candidate.last is not None else "-"
    why = candidate.spared(one.now, one.older_than)
    busy = ", ".join(n or "itself" for n in candidate.busy)
    if candidate.error:
        what = f"not known: {candidate.error.message}"
    elif why:
        what = "stays: " + (why if not why.startswith("kept until") else "kept")
    elif candidate.goes(one.now, one.older_than):
        what = "destroy" + f" (locked now: {busy})" * bool(busy)
    else:
        what = "nothing there"
    hold = str(candidate.hold) if candidate.hold and candidate.hold.holds(one.now) else "-"
    return candidate.label, ", ".join(candidate.tenants) or "-", last, hold, what


# -- the night --------------------------------------------------------------------------------------


def _reap(options: Options, one: ReapOptions, found: Sequence[ReapCandidate], signals: SignalHandler) -> int:
    wanted, begun = targets(options), time.time()
    logs = Logs(options.home / "logs", run_fleet.run_id(begun))
    results = reaper.reap_all(
        found,
        lambda candidate: candidate.spared(one.now, one.older_than),
        lambda stack: _opened(options, one, stack, signals, logs),
        options.console.info,
    )
    report = Report(
        id=logs.folder.name,
        verb="reap",
        region="",
        stack="",
        started=begun,
        finished=time.time(),
        results=in_order(results),
        jobs=options.jobs or fleet.default_jobs(),
        tool=__version__,
        command=_command(one),
        argv=as_typed(options),
        by=options.author,
    )
    run_fleet.keep(report, logs)
    if not found:
        options.console.info("no ephemeral stack here: nothing to reap (ephemeral = true in stack.hcl marks one)")
    run_fleet.tell(options, report, logs, speaks=False)
    files.write(report, wanted)
    return report.exit_code


@contextlib.contextmanager
def _opened(options: Options, one: ReapOptions, stack: Stack, signals: SignalHandler, logs: Logs) -> Iterator[Reaper]:
    signals.check()
    deployer = options.deployer(stack, signals)
    deployer.context = replace(deployer.context, color=False, interactive=False)
    mine = Logs(logs.folder, stack.label.replace("/", "."))
    progress = open_progress(options.console, mine, terminal=options.terminal, speaks=False)
    with progress.looking_on():
        yield Reaper(Fleet(deployer, progress, FleetPolicy(jobs=options.jobs)), signals, one.wait)


def _command(one: ReapOptions) -> str:
    words = ["./orchestrate", "reap", "--yes"]
    words += [f"--region={one.wanted.region}"] if one.wanted.region else []
    words += [f"--stack={glob}" for glob in one.wanted.globs]
    words += [f"--older-than={one.older_than:g}s"] if one.older_than else []
    return commands.redact(words)
