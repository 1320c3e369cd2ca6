"""What `stop` and `start` have in common: the layers of their words, AWS told for each of them, then waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from ..aws import ecs_rollout
from ..aws.calls import action
from ..deploy.stopping import AwsRequest, Stopping
from ..fleet import selection
from ..model import duration
from ..model.errors import BusyError, OrchestrateError, Stopped, UsageError
from ..model.nouns import Layer
from ..operations import deployed_services
from ..operations.deployed_services import DeployedService
from ..reports.model import worst
from ..state import index
from ..state.record import moment
from .live_services import LiveServices, show_calls
from .session import CliSession


@dataclass
class StoppedLayers:
    """One command. ``service``: the only one that it is about; "": all."""

    session: CliSession
    opened: LiveServices
    service: str = ""
    errors: list[OrchestrateError] = field(default_factory=list)

    def layers(self) -> list[LiveServices]:
        """The layer of its words, or the tenants that are asked for."""
        options, one = self.session.options.fleet, self.opened
        if not (options.all_tenants or options.tenants or options.tag):
            return [one]
        if one.layer.tenant:
            raise UsageError("a tenant, and an option for many", hint="leave out -var tenant, or the option")
        stack, project = one.layer.stack, self.session.project
        names = index.read(one.store, stack).deployed
        tagged = selection.tagged(
            names, selection.parse_tags(options.tag), partial(project.values.tags, stack), stack.label
        )
        chosen = selection.choose(tagged, selection.parse_patterns(options.tenants), stack.label).chosen
        return [LiveServices(one.session, Layer(stack, name), one.signals) for name in chosen]

    def each(self, act: Callable[[LiveServices], dict[str, object]]) -> list[dict[str, object]]:
        """What became of each; an error of one is kept, where there are several, and stops no other."""
        layers = self.layers()
        rows = []
        for one in layers:
            try:
                check_free(one)
                rows.append({"layer": one.layer.label, **act(one)})
            except OrchestrateError as error:
                if len(layers) == 1 or isinstance(error, Stopped):
                    raise
                self.session.console.error(error)
                self.errors.append(error)
        return rows

    def stopping(self, one: LiveServices) -> Stopping:
        at, author = moment(time.time()), self.session.author
        return Stopping(one.calls, one.store, one.layer, author, at, dry=self.session.dry_run)

    def chosen(self, one: LiveServices) -> tuple[DeployedService, ...]:
        return deployed_services.narrowed(one.layer.label, one.live.services, self.service)

    @property
    def limit(self) -> float:
        """Seconds; 0: it is not waited for."""
        stack = self.opened.layer.stack
        asked = self.session.options.rollout_timeout or stack.settings.rollout_timeout
        return duration.parse_or_zero(asked) if asked else ecs_rollout.LIMIT

    def wait(self, waits: Iterable[Callable[[], None]]) -> None:
        """For each, all of which end at the same time: the first that is late or fails does not hide the others."""
        for wait in waits:
            try:
                wait()
            except Stopped:
                raise
            except OrchestrateError as error:
                self.session.console.error(error)
                self.errors.append(error)

    @property
    def code(self) -> int:
        return worst(error.exit_code for error in self.errors)


def check_free(one: LiveServices) -> None:
    """BusyError while another command changes the layer: it may not know yet whether it is stopped."""
    lock = index.lock_of(one.store, one.layer)
    if lock:
        raise BusyError(
            f"{one.layer.label} is being changed by {lock.who or 'another command'}",
            hint="run it again when that has ended",
        )


def show(session: CliSession, asked: Iterable[AwsRequest]) -> None:
    """The calls of a dry run."""
    show_calls(session, [(action(service, operation), parameters) for service, operation, parameters in asked])
