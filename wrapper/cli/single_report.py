"""The report of a command for one layer: the same three files as of many, with one answer."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from .. import __version__
from ..fleet.results import of_error, of_layer, of_outcome
from ..model.errors import OrchestrateError
from ..model.nouns import Layer, Outcome
from ..reports import files
from ..reports.model import LayerResult, Report
from ..terraform.commands import Token, Verb
from .command_line import as_typed, line_of
from .fleet_options import targets
from .options import Options


@contextlib.contextmanager
def reported(
    options: Options, verb: Verb, layer: Layer, tokens: Sequence[Token]
) -> Iterator[Callable[[Outcome], None]]:
    """Takes the outcome; an error that passes through is the answer. Written in either case, where it was asked for."""
    wanted, began = targets(options), time.time()
    results = [of_layer(layer)]

    def note(outcome: Outcome) -> None:
        results[0] = of_outcome(layer, outcome)

    try:
        yield note
    except OrchestrateError as error:
        results[0] = of_error(layer, error)
        raise
    finally:
        if any((wanted.json, wanted.junit, wanted.html)) and not options.dry_run:
            command = _command(options, verb, layer, tokens)
            report = _report(options, verb, command, results[0], began)
            files.write(replace(report, argv=as_typed(options, layer.stack)), wanted)


def _command(options: Options, verb: Verb, layer: Layer, tokens: Sequence[Token]) -> str:
    stack = layer.stack
    words = [verb.name, stack.name, stack.region, f"--tenant={layer.tenant}" if layer.tenant else ""]
    return line_of(options, stack, words, tokens)


def _report(options: Options, verb: Verb, command: str, result: LayerResult, began: float) -> Report:
    now = time.time()
    return Report(
        id=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(began)) + f"-{os.getpid()}",
        verb=verb.name,
        region=result.region,
        stack=result.stack,
        started=began,
        finished=now,
        results=(_timed(result, began, now),),
        jobs=1,
        tool=__version__,
        command=command,
        by=options.author,
    )


def _timed(result: LayerResult, began: float, now: float) -> LayerResult:
    return replace(result, started=began, finished=now, seconds=now - began, attempts=1)
