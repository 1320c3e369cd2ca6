"""The report of a command for one layer: the same three files as of many, with one result."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .. import __version__
from ..fleet.results import of_error, of_layer, of_outcome
from ..model.errors import OrchestrateError
from ..model.findings import BuildChange, HookRun
from ..model.nouns import Outcome
from ..model.report import LayerResult, Report
from ..model.stack import Layer
from .command_line import as_typed, line_of
from .fleet_options import deliver, targets
from .invocation import Invocation
from .session import CliSession


@dataclass
class SingleResult:
    """How the layer ended, and which builds it was given, as far as that is known yet."""

    layer: Layer
    result: LayerResult
    builds: tuple[BuildChange, ...] = ()
    hooks: Mapping[str, Sequence[HookRun]] = field(default_factory=dict)

    def note(self, outcome: Outcome) -> None:
        self.result = of_outcome(self.layer, outcome)

    @property
    def whole(self) -> LayerResult:
        return replace(self.result, builds=self.builds, hooks=tuple(self.hooks.get(self.layer.tenant, ())))

    def note_builds(self, layer: Layer, builds: tuple[BuildChange, ...]) -> None:
        """Also of its stack layer, where that is made first."""
        if layer == self.layer:
            self.builds = builds


@contextlib.contextmanager
def reported(session: CliSession, invocation: Invocation) -> Iterator[SingleResult]:
    """Takes the outcome; an error that passes through is the result. Written in either case."""
    wanted, began, layer = targets(session), time.time(), invocation.layer
    found = SingleResult(layer, of_layer(layer))
    try:
        yield found
    except OrchestrateError as error:
        found.result = of_error(layer, error)
        raise
    finally:
        if not session.dry_run:
            deliver(session, _report(session, invocation, found.whole, began), wanted)


def _command(session: CliSession, one: Invocation) -> str:
    words = [one.verb.name, one.stack.name, one.stack.region, f"--tenant={one.tenant}" if one.tenant else ""]
    return line_of(session, one, words)


def _report(session: CliSession, invocation: Invocation, result: LayerResult, began: float) -> Report:
    now = time.time()
    return Report(
        id=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(began)) + f"-{os.getpid()}",
        verb=invocation.verb.name,
        region=result.region,
        stack=result.stack,
        started=began,
        finished=now,
        results=(_timed(result, began, now),),
        jobs=1,
        tool=__version__,
        command=_command(session, invocation),
        argv=as_typed(session, invocation.stack),
        by=session.author,
    )


def _timed(result: LayerResult, began: float, now: float) -> LayerResult:
    return replace(result, started=began, finished=now, seconds=now - began, attempts=1)
