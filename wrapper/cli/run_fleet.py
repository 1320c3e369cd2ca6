"""A verb on many layers of a stack: from the options to a Fleet, and from its answers to what is read of them."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import __version__
from ..fleet import fleet, journal, selection
from ..fleet.change_detection import TenantFilter
from ..fleet.fleet import Fleet, FleetPolicy
from ..fleet.logs import Logs
from ..model.errors import OrchestrateError, UsageError
from ..model.nouns import Stack
from ..reports import files, table
from ..reports import json as document
from ..reports.model import LayerResult, Report, in_order
from ..terraform import commands
from ..terraform.commands import Token, Verb
from .command_line import line_of
from .console import TerminalConsole
from .fleet_options import targets
from .progress import open_progress
from .session import Session

_BY_THE_WAY = ("lock-timeout", "parallelism", "no-color", "compact-warnings", "auto-approve")
_UNCHANGED_SHOWN = 30  # rows of a table; more than this many unchanged ones are a number


@dataclass(frozen=True)
class FleetRequest:
    """What was asked for: a verb on the layers in ``tenant_filter``, on ``policy``."""

    stack: Stack
    verb: Verb
    tokens: tuple[Token, ...]
    tenant_filter: TenantFilter
    policy: FleetPolicy
    targets: files.ReportFiles
    words: tuple[str, ...] = ()  # how the command begins, where it is not VERB STACK REGION


@dataclass(frozen=True)
class FleetAction:
    """What is done instead of performing the verb, and the ``words`` that such a command begins with."""

    run: Callable[[Fleet, FleetRequest], list[LayerResult]]
    words: tuple[str, ...]


def is_for_many(session: Session, verb: Verb, tenant: str, stack: Stack) -> bool:
    """Whether a command is for many layers. UsageError where it says both one tenant and many."""
    named = [n for n in ("tenants", "shard", "failed_from") if getattr(session.options.fleet, n)]
    many = session.options.fleet.all_tenants or bool(named)
    if many and tenant:
        other = "--" + (named[0].replace("_", "-") if named else "all-tenants")
        raise UsageError(f"one tenant ({tenant}) and {other}", hint="leave one of them out")
    for name in ("fail_fast", "tenant_timeout", "canary", "wave", "resume", "force", "refresh"):
        if getattr(session.options.fleet, name) and not many and not verb.deletes:
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{flag} is for many tenants", hint="add --all-tenants or --tenants GLOB")
    if named and stack.tenant_source is None:
        raise UsageError(f"stack {stack.label} has no tenants", hint=f"leave out --{named[0].replace('_', '-')}")
    return stack.tenant_source is not None and not tenant and (many or verb.deletes)


def perform(
    session: Session,
    verb: Verb,
    stack: Stack,
    tokens: Sequence[Token],
    instead: FleetAction | None = None,
) -> int:
    """The verb on many layers; the exit code is the worst of all. ``instead``: what is done, where it is more than
    the verb."""
    request = replace(_errand(session, verb, stack, tokens), words=instead.words if instead else ())
    head = _head(session, request)
    logs = Logs(session.home / "logs", head.id)
    session.console.data_only = session.options.json
    speaks = not verb.quiet and not session.dry_run
    with session.signals().installed() as signals:
        deployer = session.deployer(stack, signals)
        deployer.context = replace(deployer.context, color=False)
        progress = open_progress(session.console, logs, terminal=session.live, speaks=speaks, dry=session.dry_run)
        with _journal(session, request, head) as (note, done):
            many = Fleet(deployer, progress, request.policy, note)
            request = replace(request, tenant_filter=replace(request.tenant_filter, done=done))
            with progress.looking_on():
                results = (instead.run if instead else _perform)(many, request)
            report = replace(head, finished=time.time(), results=in_order(results))
            keep(report, logs)
            tell(session, report, logs, speaks=speaks)
            files.write(report, request.targets)  # where that cannot be, all was said, and the journal is still there
    return fleet.exit_code(verb, results)


def keep(report: Report, logs: Logs) -> None:
    """The report, beside the logs."""
    with contextlib.suppress(OrchestrateError):
        if logs.folder.is_dir():
            files.keep(report, logs.folder / "report.json")


def _perform(many: Fleet, request: FleetRequest) -> list[LayerResult]:
    return many.perform(request.verb, request.tokens, request.tenant_filter)


def _errand(session: Session, verb: Verb, stack: Stack, tokens: Sequence[Token]) -> FleetRequest:
    duration = commands.parse_duration
    tenant_filter = TenantFilter(
        patterns=selection.parse_patterns(session.options.fleet.tenants),
        shard=selection.parse_shard(session.options.fleet.shard) if session.options.fleet.shard else None,
        own=not session.options.fleet.tenants
        and not session.options.fleet.shard
        and not session.options.fleet.failed_from,
    )
    if session.only:
        tenant_filter = replace(tenant_filter, only=frozenset(session.only), own="" in session.only)
    if session.options.fleet.failed_from:
        tenant_filter = replace(tenant_filter, **_failed_from(session, stack))
    policy = FleetPolicy(
        jobs=1 if session.dry_run else session.options.fleet.jobs,
        each=duration(session.options.fleet.tenant_timeout) if session.options.fleet.tenant_timeout else 0.0,
        fail_fast=session.options.fleet.fail_fast,
        force=session.options.fleet.force or session.options.fleet.refresh,
        canary=session.options.fleet.canary,
        wave=session.options.fleet.wave,
    )
    return FleetRequest(stack, verb, tuple(tokens), tenant_filter, policy, targets(session))


def _failed_from(session: Session, stack: Stack) -> dict[str, Any]:
    path = session.directory / session.options.fleet.failed_from
    report = files.read(path)
    document.check_same(report, stack.region, stack.name, str(path))
    return {"only": frozenset(report.to_repeat), "own": "" in report.to_repeat}


def _head(session: Session, request: FleetRequest) -> Report:
    now = time.time()
    return Report(
        id=run_id(now),
        verb=request.verb.name,
        region=request.stack.region,
        stack=request.stack.name,
        started=now,
        finished=now,
        results=(),
        shard=str(request.tenant_filter.shard or ""),
        jobs=request.policy.jobs or fleet.default_jobs(),
        tool=__version__,
        command=_command(session, request),
        by=session.author,
    )


def run_id(now: float) -> str:
    """What names a run, and its logs: the moment, and the process."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now)) + f"-{os.getpid()}"


def _command(session: Session, request: FleetRequest) -> str:
    """The command as one line, in one spelling whatever the order of its options; nothing secret in it."""
    words = [*(request.words or (request.verb.name, request.stack.name, request.stack.region))]
    words += [f"--tenants={p}" for p in request.tenant_filter.patterns] + (
        ["--all-tenants"] if session.options.fleet.all_tenants else []
    )
    words += [f"--tenant={name}" for name in session.only if name]
    words += [f"--shard={request.tenant_filter.shard}"] if request.tenant_filter.shard else []
    words += [f"--failed-from={session.options.fleet.failed_from}"] if session.options.fleet.failed_from else []
    return line_of(session, request.stack, words, request.tokens)


def _gist(session: Session, request: FleetRequest) -> str:
    """The command without what may be another the next time: how long a lock is waited for, and how it looks."""
    tokens = tuple(t for t in request.tokens if t.flag not in _BY_THE_WAY)
    return _command(session, replace(request, tokens=tokens))


@contextlib.contextmanager
def _journal(
    session: Session, request: FleetRequest, head: Report
) -> Iterator[tuple[Callable[[LayerResult], None], dict[str, LayerResult]]]:
    if session.dry_run or not request.verb.journaled:
        if session.options.fleet.resume:
            raise UsageError(f"{request.verb.name} keeps no journal to resume", hint="leave out --resume")
        yield (lambda _: None), {}
        return
    with journal.keep(session.home / "fleets", replace(head, command=_gist(session, request))) as kept:
        done = kept.resume() if session.options.fleet.resume else {}
        if session.options.fleet.resume:
            session.console.info(f"going on: {len(done)} layers were done already")
        else:
            kept.begin()
        yield kept.note, done


def tell(session: Session, report: Report, logs: Logs, *, speaks: bool) -> None:
    """The table, what went wrong once more, and one line that says it all."""
    console = session.console
    if session.dry_run:  # a table of what nobody did tells nothing; what is wrong already does
        return _say(console, table.troubles(report))
    if session.options.json:
        console.json(document.data_of(report))
    elif not speaks:
        shown, hidden = _shown(report)
        if shown.results:
            console.table(table.HEAD, table.rows(shown))
        if hidden:
            console.info(f"{hidden} unchanged are not shown; --report FILE has them")
    _say(console, table.troubles(report))
    if logs.folder.is_dir():
        console.info(f"logs and report.json: {logs.folder}")
    console.info(table.last_line(report))


def _say(console: TerminalConsole, lines: Iterable[str]) -> None:
    for line in lines:
        console.info(line)


def _shown(report: Report) -> tuple[Report, int]:
    unchanged = [a for a in report.results if a.result == "unchanged"]
    if len(unchanged) <= _UNCHANGED_SHOWN:
        return report, 0
    return replace(report, results=tuple(a for a in report.results if a.result != "unchanged")), len(unchanged)
