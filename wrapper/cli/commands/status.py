"""``orchestrate status``: how the services of a layer are, or in a line each those of all of a stack's tenants."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from ...aws.calls import AwsCalls
from ...operations import deployed_services, status, status_lines
from ...operations.service_status import moment
from ...operations.status import StatusClock
from ...reaper import time_zones
from ...reports.printable import visible
from ...state import layer_state, lifetime
from ..command import Command
from ..live_services import WORDS, LiveServices, opened, service_option, words_argument
from ..options import ASKS_AWS, takes
from ..session import CliSession

_PAUSE = 5.0  # seconds between two looks


@click.command(
    "status",
    cls=Command,
    help="Show how services are: tasks, deployments, targets, events, scaling, alarms. Without a tenant: a line for each. "
    "Exit code 0: well, 1: not.",
    epilog="For example: ./orchestrate status appcluster-test ap-southeast-2 -var tenant=acme --watch",
    context_settings={"ignore_unknown_options": True},
)
@takes(*ASKS_AWS, "tenant")
@service_option
@click.option("--watch", is_flag=True, help="Show it again every five seconds, until Ctrl-C.")
@words_argument(metavar=WORDS)
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], service: str, watch: bool, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    with session.signals().installed() as signals:
        services = opened(session, "status", words, signals)
        calls = services.calls.while_waiting() if watch else services.calls
        while True:
            data = _found(services, calls, service)
            _show(session, data, watch=watch)
            if not watch:
                return int(not data["well"])
            session.console.check_read()
            signals.pause(_PAUSE)


def _found(services: LiveServices, calls: AwsCalls, service: str) -> dict[str, Any]:
    layer, clock = services.layer, StatusClock(datetime.now(UTC), time_zones.zone)
    if not layer.tenant and layer.stack.tenant_source is not None and not service:
        return status.of_tenants(layer.stack, status.load_tenants(services.store, layer.stack), calls)
    live = status.load(services.store, layer)
    chosen = deployed_services.narrowed(layer.label, live.services, service)
    builds = layer_state.load_record(services.store, layer).builds
    life = lifetime.load(services.store, layer)
    return status.of_layer(live, chosen, builds, calls, clock, life)


def _show(session: CliSession, data: Mapping[str, Any], *, watch: bool) -> None:
    if session.options.json:
        session.console.json(data, in_a_line=watch)
        return
    now = datetime.now(UTC)
    lines = list(
        _lines(session, status_lines.of_tenants(data) if "tenants" in data else status_lines.of_layer(data, now))
    )
    if watch:
        lines.insert(0, f"{moment(now)}, every {_PAUSE:g} s")
    if watch and session.live:
        click.clear()
        lines = cut(lines, shutil.get_terminal_size().lines - 1)
    session.console.show(lines)


def _lines(session: CliSession, parts: Iterable[str | status_lines.TableOf]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield visible(part)
            continue
        if part.title:
            yield f"  {part.title}:"
        yield from session.console.rendered(part.head, part.rows)


def cut(lines: Sequence[str], height: int) -> list[str]:
    """What a screen has room for: its beginning says how all of it is."""
    if len(lines) <= height:
        return list(lines)
    return [*lines[: height - 1], f"({len(lines) - height + 1} more lines; --service NAME shows one service)"]
