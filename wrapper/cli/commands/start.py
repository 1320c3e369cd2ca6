"""``orchestrate start``: as many tasks as before the `stop`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import click

from ...deploy.stopping import ScaledService
from ...operations.restart import as_it_runs
from ...state import lifetime
from ..command import Command
from ..fleet_options import tenants_options
from ..live_services import WORDS, LiveServices, opened, service_option, words_argument
from ..options import DEPLOYS, takes
from ..session import CliSession
from ..stopped_layers import StoppedLayers


@click.command(
    "start",
    cls=Command,
    help="Start what `stop` stopped: the tasks that there were, scaling and alarms; and wait for them.",
    epilog="For example: ./orchestrate start appcluster-test ap-southeast-2 -var tenant=acme",
    context_settings={"ignore_unknown_options": True},
)
@takes(*DEPLOYS, "all_tenants")
@tenants_options
@service_option
@words_argument(metavar=WORDS)
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], service: str, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    with session.signals().installed() as signals:
        layers = StoppedLayers(session, opened(session, "start", words, signals), service)
        layers.opened.check_confirmed()

        def act(one: LiveServices) -> tuple[dict[str, object], Callable[[], None]]:
            found = _started(layers, one)
            data = {"stopped": False, "services": {s.name: s.now for s in found}}
            return data, partial(_wait, one, found)

        return layers.perform(act)


def _started(layers: StoppedLayers, one: LiveServices) -> list[ScaledService]:
    session, label = layers.session, one.layer.label
    chosen = [service.expected for service in layers.chosen(one)]
    stopped = lifetime.load(one.store, one.layer).stopped
    if stopped is None or not any(service.name in stopped.services for service in chosen):
        session.console.info(f"{label}: is not stopped")
        return []
    stopping = layers.stopping(one)
    found = stopping.start(chosen, one.live.state, stopped, whole=not layers.service)
    if not session.dry_run:
        counts = ", ".join(f"{service.name} {service.now}" for service in found)
        session.console.info(f"{label}: starting {counts}")
    return found


def _wait(one: LiveServices, found: list[ScaledService]) -> None:
    if found:
        one.rollout("the start has begun").check([as_it_runs(service.expected, service.there) for service in found])
        one.session.console.info(f"{one.layer.label}: started")
