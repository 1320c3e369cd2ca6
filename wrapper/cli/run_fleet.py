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
from ..fleet.change_detection import Scope
from ..fleet.fleet import Fleet, Terms
from ..fleet.logs import Logs
from ..model.errors import OrchestrateError, UsageError
from ..model.nouns import Stack
from ..reports import files, table
from ..reports import json as document
from ..reports.model import Answer, Report, in_order
from ..terraform import commands
from ..terraform.commands import Token, Verb
from . import progress
from .command_line import line_of
from .console import Console
from .fleet_options import targets
from .options import Options

_JOURNALED = ("plan", "apply", "destroy", "refresh", "drift")
_SILENT = ("plan", "apply", "destroy", "refresh", "drift", "init", "get", "import")
_BY_THE_WAY = ("lock-timeout", "parallelism", "no-color", "compact-warnings", "auto-approve")
_UNCHANGED_SHOWN = 30  # rows of a table; more than this many unchanged ones are a number


@dataclass(frozen=True)
class Errand:
    """What was asked for: a verb on the layers in ``scope``, on ``terms``."""

    stack: Stack
    verb: Verb
    tokens: tuple[Token, ...]
    scope: Scope
    terms: Terms
    targets: files.Targets
    words: tuple[str, ...] = ()  # how the command begins, where it is not VERB STACK REGION


@dataclass(frozen=True)
class Instead:
    """What is done instead of performing the verb, and the ``words`` that such a command begins with."""

    run: Callable[[Fleet, Errand], list[Answer]]
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
    instead: Instead | None = None,
) -> int:
    """The verb on many layers; the exit code is the worst of all. ``instead``: what is done, where it is more than
    the verb."""
    errand = replace(_errand(options, verb, stack, tokens), words=instead.words if instead else ())
    head = _head(options, errand)
    logs = Logs(options.home / "logs", head.id)
    options.console.data_only = options.json
    speaks = verb.name not in _SILENT and not options.dry_run
    with options.stopper().installed() as stopper:
        deployer = options.deployer(stack, stopper)
        deployer.caller = replace(deployer.caller, color=False)
        watcher = progress.watcher(options.console, logs, terminal=options.live, speaks=speaks, dry=options.dry_run)
        with _journal(options, errand, head) as (note, done):
            many = Fleet(deployer, watcher, errand.terms, note)
            errand = replace(errand, scope=replace(errand.scope, done=done))
            with watcher.looking_on():
                answers = (instead.run if instead else _perform)(many, errand)
            report = replace(head, finished=time.time(), answers=in_order(answers))
            keep(report, logs)
            tell(options, report, logs, speaks=speaks)
            files.write(report, errand.targets)  # where that cannot be, all was said, and the journal is still there
    return fleet.exit_code(verb, answers)


def keep(report: Report, logs: Logs) -> None:
    """The report, beside the logs."""
    with contextlib.suppress(OrchestrateError):
        if logs.folder.is_dir():
            files.keep(report, logs.folder / "report.json")


def _perform(many: Fleet, errand: Errand) -> list[Answer]:
    return many.perform(errand.verb, errand.tokens, errand.scope)


def _errand(options: Options, verb: Verb, stack: Stack, tokens: Sequence[Token]) -> Errand:
    duration = commands.parse_duration
    scope = Scope(
        patterns=selection.parse_patterns(options.tenants),
        shard=selection.parse_shard(options.shard) if options.shard else None,
        own=not options.tenants and not options.shard and not options.failed_from,
    )
    if options.only:
        scope = replace(scope, only=frozenset(options.only), own="" in options.only)
    if options.failed_from:
        scope = replace(scope, **_failed_from(options, stack))
    terms = Terms(
        jobs=1 if options.dry_run else options.jobs,
        each=duration(options.tenant_timeout) if options.tenant_timeout else 0.0,
        fail_fast=options.fail_fast,
        force=options.force or options.refresh,
        canary=options.canary,
        wave=options.wave,
    )
    return Errand(stack, verb, tuple(tokens), scope, terms, targets(options))


def _failed_from(options: Options, stack: Stack) -> dict[str, Any]:
    path = options.directory / options.failed_from
    report = files.read(path)
    document.check_same(report, stack.region, stack.name, str(path))
    return {"only": frozenset(report.to_repeat), "own": "" in report.to_repeat}


def _head(options: Options, errand: Errand) -> Report:
    now = time.time()
    return Report(
        id=run_id(now),
        verb=errand.verb.name,
        region=errand.stack.region,
        stack=errand.stack.name,
        started=now,
        finished=now,
        answers=(),
        shard=str(errand.scope.shard or ""),
        jobs=errand.terms.jobs or fleet.default_jobs(),
        tool=__version__,
        command=_command(options, errand),
        by=options.author,
    )


def run_id(now: float) -> str:
    """What names a run, and its logs: the moment, and the process."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now)) + f"-{os.getpid()}"


def _command(options: Options, errand: Errand) -> str:
    """The command as one line, in one spelling whatever the order of its options; nothing secret in it."""
    words = [*(errand.words or (errand.verb.name, errand.stack.name, errand.stack.region))]
    words += [f"--tenants={p}" for p in errand.scope.patterns] + (["--all-tenants"] if options.all_tenants else [])
    words += [f"--tenant={name}" for name in options.only if name]
    words += [f"--shard={errand.scope.shard}"] if errand.scope.shard else []
    words += [f"--failed-from={options.failed_from}"] if options.failed_from else []
    return line_of(options, errand.stack, words, errand.tokens)


def _gist(options: Options, errand: Errand) -> str:
    """The command without what may be another the next time: how long a lock is waited for, and how it looks."""
    tokens = tuple(t for t in errand.tokens if t.flag not in _BY_THE_WAY)
    return _command(options, replace(errand, tokens=tokens))


@contextlib.contextmanager
def _journal(
    options: Options, errand: Errand, head: Report
) -> Iterator[tuple[Callable[[Answer], None], dict[str, Answer]]]:
    if options.dry_run or errand.verb.name not in _JOURNALED:
        if options.resume:
            raise UsageError(f"{errand.verb.name} keeps no journal to resume", hint="leave out --resume")
        yield (lambda _: None), {}
        return
    with journal.keep(options.home / "fleets", replace(head, command=_gist(options, errand))) as kept:
        done = kept.resume() if options.resume else {}
        if options.resume:
            options.console.say(f"going on: {len(done)} layers were done already")
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
        if shown.answers:
            console.table(table.HEAD, table.rows(shown))
        if hidden:
            console.say(f"{hidden} unchanged are not shown; --report FILE has them")
    _say(console, table.troubles(report))
    if logs.folder.is_dir():
        console.say(f"logs and report.json: {logs.folder}")
    console.say(table.last_line(report))


def _say(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.say(line)


def _shown(report: Report) -> tuple[Report, int]:
    unchanged = [a for a in report.answers if a.result == "unchanged"]
    if len(unchanged) <= _UNCHANGED_SHOWN:
        return report, 0
    return replace(report, answers=tuple(a for a in report.answers if a.result != "unchanged")), len(unchanged)
