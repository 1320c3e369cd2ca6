"""What the commands for running services have in common: the layer of their words as it was applied, AWS to ask, and the
confirmation that a protected stack wants."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import click

from ..aws import ecs_rollout
from ..aws.calls import AwsCalls
from ..aws.ecs_rollout import RolloutWatch
from ..deploy.stopping import present
from ..model import duration
from ..model.errors import RefusedError
from ..model.stack import Layer
from ..operations import deployed_services, status
from ..operations.deployed_services import DeployedService
from ..operations.status import LiveLayer
from ..run.signals import SignalHandler
from ..state.store import Store
from ..terraform.commands import PLAN
from . import declared_names
from .command import Command
from .invocation import Form, parse
from .options import shared
from .session import CliSession

WORDS = "STACK [REGION] [-var tenant=NAME]"
service_option = shared(
    "--service",
    metavar="NAME",
    default="",
    help="The service, where there are several.",
    shell_complete=declared_names.services,
)
container_option = partial(
    click.option, "--container", metavar="NAME", default="", shell_complete=declared_names.containers
)
words_argument = partial(click.argument, "words", nargs=-1, type=click.UNPROCESSED, shell_complete=declared_names.words)
_AFTER = "argv"  # in the context: the words after --


class CommandWithArgv(Command):
    """What stands after ``--`` is another command line, and not one word of it is read here."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        before, after = (args[: args.index("--")], args[args.index("--") + 1 :]) if "--" in args else (args, None)
        ctx.meta[_AFTER] = after
        return super().parse_args(ctx, before)


def argv_of(ctx: click.Context) -> tuple[str, ...]:
    return tuple(ctx.meta.get(_AFTER) or ())


@dataclass(frozen=True)
class LiveServices:
    """One command's."""

    session: CliSession
    layer: Layer
    signals: SignalHandler

    @cached_property
    def store(self) -> Store:
        return self.session.store(self.layer.stack)

    @cached_property
    def live(self) -> LiveLayer:
        return status.load(self.store, self.layer)

    @cached_property
    def calls(self) -> AwsCalls:
        stack = self.layer.stack
        where = stack.aws_region, self.layer.label
        return AwsCalls(
            lambda: self.session.identity(stack), *where, self.signals.pause, info=self.session.console.info
        )

    def chosen(self, name: str) -> DeployedService:
        """The service of that name, or the only one."""
        return deployed_services.choose(self.layer.label, self.live.services, name)

    def found(self, one: DeployedService, there: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
        """The service as ECS has it. NotFoundError where it is gone."""
        return present(self.layer, one.expected, there.get(one.resource))

    @property
    def rollout_limit(self) -> float:
        """Seconds that ECS is waited for; 0: it is not."""
        asked = self.session.options.rollout_timeout or self.layer.stack.settings.rollout_timeout
        return duration.parse_or_zero(asked) if asked else ecs_rollout.LIMIT

    def rollout(self, done: str) -> RolloutWatch:
        """Waits for services of it. ``done``: what has happened already."""
        session, stack = self.session, self.layer.stack
        where, limit = (stack.aws_region, self.layer.label), self.rollout_limit
        info, pause = session.console.info, self.signals.pause
        return RolloutWatch(session.identity(stack), *where, limit, info, pause, done=done)

    def check_confirmed(self) -> None:
        """RefusedError on a protected stack whose layer was not confirmed."""
        label, options = self.layer.label, self.session.options
        if self.layer.stack.settings.protected and not options.dry_run and options.confirm != label:
            raise RefusedError(f"{label} is protected", hint=f"confirm it: --confirm {label}")


def opened(
    session: CliSession, name: str, words: Sequence[str], signals: SignalHandler, program: str = ""
) -> LiveServices:
    """``program``: as a Form has it."""
    return LiveServices(session, parse(session, Form(name, PLAN, flags=(), program=program), words).layer, signals)


def show_calls(session: CliSession, calls: Iterable[tuple[Layer, str, Mapping[str, Any]]]) -> None:
    """What a dry run would have asked AWS for: of each layer actions with their requests (docs/schemas/calls-1.json). Once in a
    command: it is one document."""
    if session.options.json:
        found = [{"layer": layer.label, "action": name, "request": request} for layer, name, request in calls]
        session.console.json({"schema": 1, "calls": found})
        return
    for _, name, request in calls:
        session.console.print(f"{name} {json.dumps(request, indent=2)}")
