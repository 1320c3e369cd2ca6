"""A verb on many layers of a stack: from the options to a Fleet, and from its results to what is printed."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from .. import __version__
from ..fleet import fleet, journal, selection
from ..fleet.change_detection import TenantFilter
from ..fleet.fleet import Fleet, FleetPolicy
from ..fleet.logs import Logs
from ..model import duration
from ..model.errors import OrchestrateError, UsageError
from ..model.report import LayerResult, Report, in_order
from ..project import git
from ..reports import files, table
from ..reports.json import check_same, data_of
from ..terraform.caller_values import named
from ..terraform.commands import APPLY
from .command_line import as_typed, line_of
from .console import TerminalConsole
from .fleet_options import deliver, targets
from .invocation import Invocation
from .progress import open_progress
from .session import CliSession

_BY_THE_WAY = ("lock-timeout", "parallelism", "no-color", "compact-warnings", "auto-approve")
_UNCHANGED_SHOWN = 30  # rows of a table; more than this many unchanged ones are a number


@dataclass(frozen=True)
class FleetRequest:
    """What was asked for: a command on the layers in ``tenant_filter``, on ``policy``."""

    invocation: Invocation
    tenant_filter: TenantFilter
    policy: FleetPolicy
    targets: files.ReportFiles
    words: tuple[str, ...] = ()  # how the command begins, where it is not VERB STACK REGION


@dataclass(frozen=True)
class FleetAction:
    """What is done instead of performing the verb, and the ``words`` that such a command begins with."""

    run: Callable[[Fleet, FleetRequest], list[LayerResult]]
    words: tuple[str, ...]


def perform(session: CliSession, invocation: Invocation, action: FleetAction | None = None) -> int:
    """The verb on many layers, or on one as on many; the exit code is the worst of all. ``action``: what is done, where it
    is more than the verb."""
    request = replace(_request(session, invocation), words=action.words if action else ())
    head, verb = _head(session, request), invocation.verb
    logs = Logs(session.home / "logs", head.id)
    session.console.data_only = session.options.json
    speaks = not verb.quiet and not session.dry_run
    with session.signals().installed() as signals:
        deployer = session.deployer(invocation.stack, signals, invocation.reason)
        deployer.context = replace(deployer.context, color=False)
        progress = open_progress(session.console, logs, terminal=session.live, speaks=speaks, dry=session.dry_run)
        with _journal(session, request, head) as (note, done):
            many = Fleet(deployer, progress, request.policy, note)
            request = replace(request, tenant_filter=replace(request.tenant_filter, done=done))
            with progress.looking_on():
                results = (action.run if action else _perform)(many, request)
                signals.shield()  # each result is noted: what comes now is told by none of them
            report = replace(head, finished=time.time(), results=in_order(results))
            keep(report, logs)
            tell(session, report, logs, speaks=speaks)
            deliver(
                session, report, request.targets
            )  # where that cannot be, all was said, and the journal is still there
    return fleet.exit_code(verb, results)


def keep(report: Report, logs: Logs) -> None:
    """The report, beside the logs."""
    with contextlib.suppress(OrchestrateError):
        if logs.folder.is_dir():
            files.keep(report, logs.folder / "report.json")


def _perform(many: Fleet, request: FleetRequest) -> list[LayerResult]:
    return many.perform(request.invocation.verb, request.invocation.tokens, request.tenant_filter)


def _request(session: CliSession, invocation: Invocation) -> FleetRequest:
    options = session.options.fleet
    policy = FleetPolicy(
        jobs=1 if session.dry_run else options.jobs,
        each=duration.parse(options.tenant_timeout) if options.tenant_timeout else 0.0,
        fail_fast=options.fail_fast,
        force=options.force or options.refresh,
        canary=options.canary,
        wave=options.wave,
    )
    return FleetRequest(invocation, _tenant_filter(session, invocation), policy, targets(session))


def _tenant_filter(session: CliSession, invocation: Invocation) -> TenantFilter:
    options = session.options.fleet
    if not invocation.many:
        return TenantFilter(only=frozenset([invocation.tenant]), stack_layer=not invocation.tenant)
    narrow = TenantFilter(
        patterns=selection.parse_patterns(options.tenants),
        shard=selection.parse_shard(options.shard) if options.shard else None,
        stack_layer=not options.tenants and not options.tag and not options.shard and not options.failed_from,
        tags=selection.parse_tags(options.tag),
    )
    return replace(narrow, **_failed_from(session, invocation)) if options.failed_from else narrow


def _failed_from(session: CliSession, invocation: Invocation) -> dict[str, Any]:
    stack, path = invocation.stack, session.directory / session.options.fleet.failed_from
    report = files.read(path)
    check_same(report, stack.region, stack.name, str(path))
    _check_given(session, invocation, report)
    return {"only": frozenset(report.to_repeat), "stack_layer": "" in report.to_repeat}


def _check_given(session: CliSession, invocation: Invocation, report: Report) -> None:
    """UsageError where that run gave a build and this one does not: those that failed would get another than the rest."""
    moved = {b.name: b.after for r in report.results for b in r.builds if b.after and b.origin.startswith("-var")}
    now = named(invocation.tokens)
    lacking = {n: number for n, number in moved.items() if n not in now}
    if lacking and invocation.verb.compares and not session.options.config_builds:
        name, number = next(iter(lacking.items()))
        raise UsageError(
            f"that run gave {name}={number}, and this one does not",
            hint=f"give it again: -var {name}={number}; or follow the files: --config-builds",
        )


def _head(session: CliSession, request: FleetRequest) -> Report:
    now = time.time()
    return Report(
        id=run_id(now),
        verb=request.invocation.verb.name,
        region=request.invocation.stack.region,
        stack=request.invocation.stack.name,
        started=now,
        finished=now,
        results=(),
        shard=str(request.tenant_filter.shard or ""),
        jobs=request.policy.jobs or fleet.default_jobs(),
        tool=__version__,
        command=_command(session, request),
        argv=as_typed(session, request.invocation.stack),
        by=session.author,
        commit="" if session.dry_run else git.commit(session.project.root),
    )


def run_id(now: float) -> str:
    """What names a run, and its logs: the moment, and the process."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now)) + f"-{os.getpid()}"


def _command(session: CliSession, request: FleetRequest) -> str:
    """The command as one line, in one spelling whatever the order of its options; nothing secret in it."""
    one, tenant_filter, options = request.invocation, request.tenant_filter, session.options.fleet
    words = [*(request.words or (one.verb.name, one.stack.name, one.stack.region))]
    words += [f"--tenants={p}" for p in tenant_filter.patterns] + (["--all-tenants"] if options.all_tenants else [])
    words += [f"--tenant={one.tenant}"] if one.tenant else []
    words += [f"--tag={tag}" for tag in tenant_filter.tags]
    words += [f"--shard={tenant_filter.shard}"] if tenant_filter.shard else []
    words += [f"--failed-from={options.failed_from}"] if options.failed_from else []
    return line_of(session, one, words)


def _gist(session: CliSession, request: FleetRequest) -> str:
    """The command without what may be another the next time: how long a lock is waited for, and how it looks."""
    one = request.invocation
    tokens = tuple(t for t in one.tokens if t.flag not in _BY_THE_WAY)
    return _command(session, replace(request, invocation=replace(one, tokens=tokens)))


@contextlib.contextmanager
def _journal(
    session: CliSession, request: FleetRequest, head: Report
) -> Iterator[tuple[Callable[[LayerResult], None], dict[str, LayerResult]]]:
    if session.dry_run or not request.invocation.verb.journaled:
        if session.options.fleet.resume:
            raise UsageError(f"{request.invocation.verb.name} keeps no journal to resume", hint="leave out --resume")
        yield (lambda _: None), {}
        return
    with journal.keep(session.home / "fleets", replace(head, command=_gist(session, request))) as kept:
        done = kept.resume() if session.options.fleet.resume else {}
        if session.options.fleet.resume:
            session.console.info(f"resuming: {len(done)} layers are already done")
            if word := kept.other_files():
                session.console.info(word)
        else:
            kept.begin()
        yield kept.note, done


def tell(session: CliSession, report: Report, logs: Logs, *, speaks: bool) -> None:
    """The table, what went wrong once more, and one line that says it all."""
    console = session.console
    if session.dry_run:  # a dry run did nothing that a table could show; what is wrong it shows
        return _say(console, table.troubles(report))
    if session.options.json:
        console.json(data_of(report))
    elif not speaks:
        shown, omitted = _shown(report)
        if shown.results:
            console.table(table.HEAD, table.rows(shown))
        if omitted:
            console.info(f"{omitted} unchanged are not shown; --report FILE has them")
    _say(console, table.troubles(report))
    if report.verb == APPLY.name:
        _say(console, table.mixed(report))
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
