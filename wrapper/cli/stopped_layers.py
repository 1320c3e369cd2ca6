"""What `stop` and `start` have in common: the layers of their words, AWS told for each of them, then waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..aws.calls import action
from ..deploy.stopping import Stopping
from ..fleet import selection
from ..model.errors import BusyError, OrchestrateError, Stopped, UsageError
from ..model.report import worst
from ..model.stack import Layer
from ..operations import deployed_services
from ..operations.deployed_services import DeployedService
from ..state import index
from ..state.record import moment
from .live_services import LiveServices, show_calls
from .session import CliSession

# What of a layer the report shows, and what waits for its end.
ActOn = Callable[[LiveServices], tuple[dict[str, object], Callable[[], None]]]


@dataclass
class StoppedLayers:
    """One command. ``service``: the only one that it is about; "": all."""

    session: CliSession
    opened: LiveServices
    service: str = ""
    errors: list[OrchestrateError] = field(default_factory=list)
    asked: list[Stopping] = field(default_factory=list)  # of a dry run

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

    def perform(self, act: ActOn) -> int:
        """AWS is told for each layer, then all are waited for. Returns the exit code."""
        began, session, waits = time.monotonic(), self.session, list[Callable[[], None]]()

        def told(one: LiveServices) -> dict[str, object]:
            data, wait = act(one)
            waits.append(wait)
            return data

        waited = bool(self.opened.rollout_limit)
        rows = self._each(told)
        self._wait(waits if waited and not session.dry_run else ())
        if session.dry_run:
            show_calls(session, list(self._calls()))
        elif session.options.json:
            seconds = round(time.monotonic() - began, 1)
            session.console.json({"schema": 1, "layers": rows, "waited": waited, "seconds": seconds})
        return worst(error.exit_code for error in self.errors)

    def _each(self, act: Callable[[LiveServices], dict[str, object]]) -> list[dict[str, object]]:
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
        found = Stopping(one.calls, one.store, one.layer, author, at, dry=self.session.dry_run)
        self.asked.append(found)
        return found

    def _calls(self) -> Iterator[tuple[Layer, str, Mapping[str, Any]]]:
        """Of a dry run, for all layers."""
        for one in self.asked:
            yield from ((one.layer, action(service, operation), asked) for service, operation, asked in one.asked)

    def chosen(self, one: LiveServices) -> tuple[DeployedService, ...]:
        return deployed_services.narrowed(one.layer.label, one.live.services, self.service)

    def _wait(self, waits: Iterable[Callable[[], None]]) -> None:
        """For each, all of which end at the same time: the first that is late or fails does not hide the others."""
        for wait in waits:
            try:
                wait()
            except Stopped:
                raise
            except OrchestrateError as error:
                self.session.console.error(error)
                self.errors.append(error)


def check_free(one: LiveServices) -> None:
    """BusyError while another command changes the layer: it may not know yet whether it is stopped."""
    lock = index.lock_of(one.store, one.layer)
    if lock:
        raise BusyError(
            f"{one.layer.label} is being changed by {lock.who or 'another command'}",
            hint="run it again when that has ended",
        )
