"""``orchestrate logs``: what the containers of a layer's tasks print, in order of time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import click

from ...aws import log_lines
from ...aws.log_lines import FoundLogs, LogLine
from ...aws.log_reader import LogReader
from ...model import duration
from ...model.errors import NotFoundError, UsageError
from ...operations import deployed_services, run_task_request
from ...operations.status_reader import StatusReader
from ...operations.task_logs import TaskLogs
from ..command import Command
from ..live_services import WORDS, LiveServices, container_option, opened, service_option, words_argument
from ..options import ASKS_AWS, takes
from ..session import CliSession

_PAUSE = 1.0  # seconds between two turns at a group
_LOOK_AGAIN = 30  # turns after which ECS is asked which containers there are
_SINCE = "1h"
_FORMS = "for example: --since 15m, --since 2d, or a time: --since 2026-12-01T08:00Z"
_AHEAD = 60.0  # seconds that the clock of what wrote a time may be ahead of this one
_LONGEST = 1024  # characters of a filter pattern


@click.command(
    "logs",
    cls=Command,
    help="Show what the containers print, in order of time. With --json: one object in each line.",
    epilog="For example: ./orchestrate logs appcluster-test ap-southeast-2 -var tenant=acme --since 15m --follow",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "tenant")
@service_option
@container_option(help="Only this container.")
@click.option(
    "--since", metavar="TIME", default="", help="From so long ago (15m, 2d; default 1h), or 2026-12-01T08:00Z."
)
@click.option("--follow", is_flag=True, help="Go on with the lines that come, until Ctrl-C.")
@click.option("--filter", "text", metavar="TEXT", default="", help="Only lines that contain this text.")
@click.option("--task", metavar="ID", default="", help="Only this task: its id, or the beginning of it.")
@click.option("--previous", is_flag=True, help="The task that stopped last, from its first line.")
@words_argument(metavar=WORDS)
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    with session.signals().installed() as signals:
        services = opened(session, "logs", words, signals)
        if options["previous"] and (options["task"] or options["follow"]):
            raise UsageError("--previous is one task, which has ended", hint="leave out --task and --follow")
        _check_filter(options["text"])
        reader, look_again = _reader(services, options, _moment(options["since"]))
        shown = False
        for line in _lines(services, reader, look_again if options["follow"] else None):
            shown = True
            _print(session, line)
            if session.console.unread:
                raise BrokenPipeError
        if not shown:
            session.console.info(f"{services.layer.label}: no line since {log_lines.at(reader.start)}")
    return 0


def _moment(text: str) -> int:
    """Milliseconds since 1970; 0 where nothing was typed. A time without a zone is this machine's."""
    if not text:
        return 0
    at = _time(text) if text[:4].isdecimal() and "-" in text else time.time() - _length(text)
    if at > time.time() + _AHEAD:
        raise UsageError(f"--since {text!r} is in the future", hint=_FORMS)
    return int(at * 1000)


def _time(text: str) -> float:
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError):
        raise UsageError(f"--since {text!r} is no time", hint=_FORMS) from None


def _length(text: str) -> float:
    try:
        return duration.parse(text, "--since")
    except UsageError as error:
        raise UsageError(error.message, hint=_FORMS) from None


def _check_filter(text: str) -> None:
    """UsageError for a text that AWS does not take."""
    if len(log_lines.pattern(text)) > _LONGEST:
        raise UsageError(f"--filter has more than {_LONGEST} characters", hint="AWS takes no more: give a part of it")


def _reader(services: LiveServices, options: dict[str, Any], since: int) -> tuple[LogReader, Callable[[], FoundLogs]]:
    """What reads the lines, and what finds out again which containers there are."""
    live, calls = services.live, services.calls.while_waiting() if options["follow"] else services.calls
    chosen = deployed_services.narrowed(live.layer.label, live.services, options["service"])
    found = TaskLogs(StatusReader(calls), chosen, run_task_request.definitions(live.outputs))
    task = found.previous() if options["previous"] else found.of_task(options["task"]) if options["task"] else None
    if task and task.words:
        services.session.console.info(f"task {task.id} {task.words}")
    groups = tuple(dict.fromkeys(one.log_group for one in chosen if one.log_group))
    logs = _narrowed(services, task.logs if task else found.of_services(), options["container"], groups)
    usual, number = (task.begun, task.id) if task else (_moment(_SINCE), "")
    whole = _read_as_a_whole(logs, groups, all_of_it=not (options["service"] or options["container"] or task))
    return LogReader(calls, logs, since or usual, options["text"], number, whole), partial(_again, found, options)


def _again(found: TaskLogs, options: Mapping[str, Any]) -> FoundLogs:
    logs = found.of_services()
    return logs.only(options["container"]) if options["container"] else logs


def _read_as_a_whole(logs: FoundLogs, groups: tuple[str, ...], *, all_of_it: bool) -> tuple[str, ...]:
    """In a group of the layer's own, all is the layer's; and where no container says its group, a router may bring its lines
    there."""
    return groups if all_of_it or not logs.sources else ()


def _narrowed(services: LiveServices, logs: FoundLogs, container: str, groups: tuple[str, ...]) -> FoundLogs:
    """NotFoundError for a container that is not there, and where no line goes to CloudWatch Logs."""
    label = services.layer.label
    if container and container not in logs.containers:
        raise NotFoundError(f"{label} has no container {container!r}", hint=f"it has: {', '.join(logs.containers)}")
    found = logs.only(container) if container else logs
    for name, driver in found.elsewhere:
        services.session.console.info(f"{label}: the lines of {name} go elsewhere: {driver}")
    if not found.sources and not groups:
        raise NotFoundError(
            f"{label}: no container writes to CloudWatch Logs",
            hint="read them where they go; where a router brings them to a log group after all, name it in the output: "
            "log_group",
        )
    return found


def _lines(services: LiveServices, reader: LogReader, look_again: Any) -> Iterator[LogLine]:
    """``look_again``: None where the lines there are suffice."""
    turns = 0
    while True:
        yield from reader.lines()
        if look_again is None:
            return
        services.signals.pause(_PAUSE)
        services.session.console.check_read()
        turns += 1
        if turns % _LOOK_AGAIN == 0 and not reader.task:
            reader.logs = reader.logs.plus(look_again())


def _print(session: CliSession, line: LogLine) -> None:
    if session.options.json:
        session.console.json(log_lines.data(line), in_a_line=True)
        return
    for text in log_lines.shown(line):
        session.console.print(text)
