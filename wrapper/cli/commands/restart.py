"""``orchestrate restart``: a new deployment of the same, waited for."""

from __future__ import annotations

import time
from typing import Any

import click

from ...aws import ecs_rollout
from ...aws.ecs_rollout import RolloutWatch
from ...model import duration
from ...operations import restart
from ...operations.deployed_services import DeployedService
from ..command import Command
from ..live_services import WORDS, LiveServices, opened, service_option, show_calls, words_argument
from ..options import DEPLOYS, takes
from ..session import CliSession


@click.command(
    "restart",
    cls=Command,
    help="Replace a service's tasks by new ones of the same build and settings, as in a deployment, and wait for them.",
    epilog="For example: ./orchestrate restart appcluster-test ap-southeast-2 -var tenant=acme --service acme",
    context_settings={"ignore_unknown_options": True},
)
@takes(*DEPLOYS)
@service_option
@words_argument(metavar=WORDS)
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], service: str, **options: Any) -> int:
    session: CliSession = ctx.obj.merged(options)
    with session.signals().installed() as signals:
        services = opened(session, "restart", words, signals)
        services.check_confirmed()
        one = services.chosen(service)
        if session.dry_run:
            show_calls(session, [("ecs:UpdateService", restart.request(one))])
            return 0
        return _restarted(services, one)


def _restarted(services: LiveServices, one: DeployedService) -> int:
    session, label, began = services.session, services.layer.label, time.monotonic()
    limit = _limit(services)
    session.console.info(f"{label}: restarting service {one.name}")
    deployment = restart.Restart(services.calls, _watch(services, limit) if limit else None).run(one)
    seconds = round(time.monotonic() - began, 1)
    done = f"runs on new tasks after {seconds:g} s" if limit else "is being restarted; it is not waited for"
    session.console.info(f"{label}: service {one.name} {done}")
    if session.options.json:
        data = {"schema": 1, "layer": label, "service": one.name, "deployment": deployment.get("id", "")}
        session.console.json({**data, "waited": bool(limit), "seconds": seconds})
    return 0


def _limit(services: LiveServices) -> float:
    """Seconds; 0: it is not waited for."""
    asked = services.session.options.rollout_timeout or services.layer.stack.settings.rollout_timeout
    return duration.parse_or_zero(asked) if asked else ecs_rollout.LIMIT


def _watch(services: LiveServices, limit: float) -> RolloutWatch:
    session, stack = services.session, services.layer.stack
    identity = session.identity(stack)
    return RolloutWatch(
        identity,
        stack.aws_region,
        services.layer.label,
        limit,
        session.console.info,
        services.signals.pause,
        done="the restart has begun",
    )
