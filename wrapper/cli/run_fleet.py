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
from .command_line import as_typed, line_of
from .console import TerminalConsole
from .fleet_options import targets
from .options import Options
from .progress import open_progress

_JOURNALED = ("plan", "apply", "destroy", "refresh", "drift")
_SILENT = ("plan", "apply", "destroy", "refresh", "drift", "init", "get", "import")
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


def is_for_many(options: Options, verb: Verb, tenant: str, stack: Stack) -> bool:
    """Whether a command is for many layers. UsageError where it says both one tenant and many."""
    named = [n for n in ("tenants", "shard", "failed_from") if getattr(options, n)]
    many = options.all_tenants or bool(named)
    if many and tenant:
        other = "--" + (named[0].replace("_", "-") if named else "all-tenants")
        raise UsageError(f"one tenant ({tenant}) and {other}", hint="leave one of them out")
    for name in ("fail_fast", "tenant_timeout", "canary", "wave", "resume", "force", "refresh"):
        if getattr(options, name) and not many and verb.name != "destroy":
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{flag} is for many tenants", hint="add --all-tenants or --tenants GLOB")
    if named and stack.tenant_source is None:
        raise UsageError(f"stack {stack.label} has no tenants", hint=f"leave out --{named[0].replace('_', '-')}")
    return stack.tenant_source is not None and not tenant and (many or verb.name == "destroy")


def perform(
    options: Options,
    verb: Verb,
    stack: Stack,
    tokens: Sequence[Token],
    instead: FleetAction | None = None,
) -> int:
    """The verb on many layers; the exit code is the worst of all. ``instead``: what is done, where it is more than
    the verb."""
    request = replace(_errand(options, verb, stack, tokens), words=instead.words if instead else ())
    head = _head(options, request)
    logs = Logs(options.home / "logs", head.id)
    options.console.data_only = options.json
    speaks = verb.name not in _SILENT and not options.dry_run
    with options.signals().installed() as signals:
        deployer = options.deployer(stack, signals)
        deployer.context = replace(deployer.context, color=False)
        progress = open_progress(options.console, logs, terminal=options.live, speaks=speaks, dry=options.dry_run)
        with _journal(options, request, head) as (note, done):
            many = Fleet(deployer, progress, request.policy, note)
            request = replace(request, tenant_filter=replace(request.tenant_filter, done=done))
            with progress.looking_on():
                results = (instead.run if instead else _perform)(many, request)
            report = replace(head, finished=time.time(), results=in_order(results))
            keep(report, logs)
            tell(options, report, logs, speaks=speaks)
            files.write(report, request.targets)  # where that cannot be, all was said, and the journal is still there
    return fleet.exit_code(verb, results)


def keep(report: Report, logs: Logs) -> None:
    """The report, beside the logs."""
    with contextlib.suppress(OrchestrateError):
        if logs.folder.is_dir():
            files.keep(report, logs.folder / "report.json")


def _perform(many: Fleet, request: FleetRequest) -> list[LayerResult]:
    return many.perform(request.verb, request.tokens, request.tenant_filter)


def _errand(options: Options, verb: Verb, stack: Stack, tokens: Sequence[Token]) -> FleetRequest:
    duration = commands.parse_duration
    tenant_filter = TenantFilter(
        patterns=selection.parse_patterns(options.tenants),
        shard=selection.parse_shard(options.shard) if options.shard else None,
        own=not options.tenants and not options.shard and not options.failed_from,
    )
    if options.only:
        tenant_filter = replace(tenant_filter, only=frozenset(options.only), own="" in options.only)
    if options.failed_from:
        tenant_filter = replace(tenant_filter, **_failed_from(options, stack))
    policy = FleetPolicy(
        jobs=1 if options.dry_run else options.jobs,
        each=duration(options.tenant_timeout) if options.tenant_timeout else 0.0,
        fail_fast=options.fail_fast,
        force=options.force or options.refresh,
        canary=options.canary,
        wave=options.wave,
    )
    return FleetRequest(stack, verb, tuple(tokens), tenant_filter, policy, targets(options))


def _failed_from(options: Options, stack: Stack) -> dict[str, Any]:
    path = options.directory / options.failed_from
    report = files.read(path)
    document.check_same(report, stack.region, stack.name, str(path))
    return {"only": frozenset(report.to_repeat), "own": "" in report.to_repeat}


def _head(options: Options, request: FleetRequest) -> Report:
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
        command=_command(options, request),
        argv=as_typed(options, request.stack),
        by=options.author,
    )


def run_id(now: float) -> str:
    """What names a run, and its logs: the moment, and the process."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now)) + f"-{os.getpid()}"


def _command(options: Options, request: FleetRequest) -> str:
    """The command as one line, in one spelling whatever the order of its options; nothing secret in it."""
    words = [*(request.words or (request.verb.name, request.stack.name, request.stack.region))]
    words += [f"--tenants={p}" for p in request.tenant_filter.patterns] + (
        ["--all-tenants"] if options.all_tenants else []
    )
    words += [f"--tenant={name}" for name in options.only if name]
    words += [f"--shard={request.tenant_filter.shard}"] if request.tenant_filter.shard else []
    words += [f"--failed-from={options.failed_from}"] if options.failed_from else []
    return line_of(options, request.stack, words, request.tokens)


def _gist(options: Options, request: FleetRequest) -> str:
    """The command without what may be another the next time: how long a lock is waited for, and how it looks."""
    tokens = tuple(t for t in request.tokens if t.flag not in _BY_THE_WAY)
    return _command(options, replace(request, tokens=tokens))


@contextlib.contextmanager
def _journal(
    options: Options, request: FleetRequest, head: Report
) -> Iterator[tuple[Callable[[LayerResult], None], dict[str, LayerResult]]]:
    if options.dry_run or request.verb.name not in _JOURNALED:
        if options.resume:
            raise UsageError(f"{request.verb.name} keeps no journal to resume", hint="leave out --resume")
        yield (lambda _: None), {}
        return
    with journal.keep(options.home / "fleets", replace(head, command=_gist(options, request))) as kept:
        done = kept.resume() if options.resume else {}
        if options.resume:
            options.console.info(f"going on: {len(done)} layers were done already")
        else:
            kept.begin()
        yield kept.note, done


def tell(options: Options, report: Report, logs: Logs, *, speaks: bool) -> None:
    """The table, what went wrong once more, and one line that says it all."""
    console = options.console
    if options.dry_run:  # a table of what nobody did tells nothing; what is wrong already does
        return _say(console, table.troubles(report))
    if options.json:
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
