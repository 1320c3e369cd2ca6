"""The report of a command for one layer: the same three files as of many, with one answer."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from .. import __version__
from ..fleet.results import of_error, of_layer, of_outcome
from ..model.errors import OrchestrateError
from ..model.nouns import Outcome
from ..reports import files
from ..reports.model import LayerResult, Report
from .command_line import line_of
from .fleet_options import targets
from .invocation import Invocation
from .session import CliSession


@contextlib.contextmanager
def reported(session: CliSession, invocation: Invocation) -> Iterator[Callable[[Outcome], None]]:
    """Takes the outcome; an error that passes through is the answer. Written in either case, where it was asked for."""
    if not any(vars(session.options.files).values()):
        yield lambda _: None
        return
    wanted, began, layer = targets(session), time.time(), invocation.layer
    results = [of_layer(layer)]

    def note(outcome: Outcome) -> None:
        results[0] = of_outcome(layer, outcome)

    try:
        yield note
    except OrchestrateError as error:
        results[0] = of_error(layer, error)
        raise
    finally:
        if not session.dry_run:
            files.write(_report(session, invocation, results[0], began), wanted)


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
        by=session.author,
    )


def _timed(result: LayerResult, began: float, now: float) -> LayerResult:
    return replace(result, started=began, finished=now, seconds=now - began, attempts=1)
