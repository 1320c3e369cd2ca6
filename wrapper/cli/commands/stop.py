"""``orchestrate stop``: no task of a tenant runs, until `start`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import click

from ...deploy.stopping import Stopping
from ...state import lifetime
from ...state.lifetime import StoppedLayer
from ...terraform.suggested import suggest
from ..command import Command
from ..fleet_options import tenants_options
from ..live_services import WORDS, LiveServices, opened, service_option, words_argument
from ..options import DEPLOYS, takes
from ..session import CliSession
from ..stopped_layers import StoppedLayers


@click.command(
    "stop",
    cls=Command,
    help="Take a tenant's services to no task, until `start`: scaling starts none, and an apply keeps it so. Nothing is destroyed.",
    epilog="For example: ./orchestrate stop appcluster-test ap-southeast-2 -var tenant=acme --reason 'until the audit'",
    context_settings={"ignore_unknown_options": True},
)
@takes(*DEPLOYS, "all_tenants")
@tenants_options
@service_option
@click.option("--reason", metavar="TEXT", default="", help="Reason, shown by `status` and `tenants`.")
@words_argument(metavar=WORDS)
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], service: str, reason: str, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    with session.signals().installed() as signals:
        layers = StoppedLayers(session, opened(session, "stop", words, signals), service)
        layers.opened.check_confirmed()

        def act(one: LiveServices) -> tuple[dict[str, object], Callable[[], None]]:
            stopping = layers.stopping(one)
            return _stopped(layers, one, stopping, reason), partial(_wait, layers, one, stopping)

        return layers.perform(act)


def _stopped(layers: StoppedLayers, one: LiveServices, stopping: Stopping, reason: str) -> dict[str, object]:
    chosen, session, label = layers.chosen(one), layers.session, one.layer.label
    expected = [service.expected for service in chosen]
    before = lifetime.load(one.store, one.layer).stopped if reason else None
    stopped = stopping.stop(expected, one.live.state, reason, whole=not layers.service)
    if before and reason != before.reason:
        session.console.info(f"{label}: {_other_reason(before, reason, dry=session.dry_run)}")
    names = [service.name for service in chosen if service.name in stopped.services]
    daemons = [service.name for service in chosen if service.name not in stopped.services]
    if daemons:
        session.console.info(f"{label}: {', '.join(daemons)} runs on each machine of the cluster, and is left alone")
    if not session.dry_run:
        again = suggest("start", one.layer, *(["--service", layers.service] if layers.service else []))
        session.console.info(f"{label}: stopping {', '.join(names)}; to start again: {again}")
    return {"stopped": True, "services": {name: stopped.services[name].count for name in names}}


def _other_reason(before: StoppedLayer, reason: str, *, dry: bool) -> str:
    return f"{before}; the reason {'would be' if dry else 'is now'}: {reason}"


def _wait(layers: StoppedLayers, one: LiveServices, stopping: Stopping) -> None:
    info = layers.session.console.info
    stopping.wait([service.expected for service in layers.chosen(one)], one.rollout_limit, info)
    info(f"{one.layer.label}: stopped; no task runs")
