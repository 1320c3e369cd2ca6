"""``orchestrate restart``: a new deployment of the same, waited for."""

from __future__ import annotations

import time
from typing import Any

import click

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
            show_calls(session, [(services.layer, "ecs:UpdateService", restart.request(one))])
            return 0
        return _restarted(services, one)


def _restarted(services: LiveServices, one: DeployedService) -> int:
    session, label, began = services.session, services.layer.label, time.monotonic()
    limit = services.rollout_limit
    session.console.info(f"{label}: restarting service {one.name}")
    deployment = restart.Restart(services.calls, services.rollout("the restart has begun") if limit else None).run(one)
    seconds = round(time.monotonic() - began, 1)
    done = f"runs on new tasks after {seconds:g} s" if limit else "is being restarted; it is not waited for"
    session.console.info(f"{label}: service {one.name} {done}")
    if session.options.json:
        data = {"schema": 1, "layer": label, "service": one.name, "deployment": deployment.get("id", "")}
        session.console.json({**data, "waited": bool(limit), "seconds": seconds})
    return 0
