"""The report of a command for one layer: the same three files as of many, with one result."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .. import __version__
from ..fleet.results import of_error, of_layer, of_outcome
from ..model.errors import OrchestrateError
from ..model.nouns import Layer, Outcome
from ..reports import files
from ..reports.model import BuildChange, LayerResult, Report
from ..terraform.commands import Token, Verb
from .command_line import as_typed, line_of
from .fleet_options import targets
from .options import Options


@dataclass
class SingleResult:
    """How the layer ended, and which builds it was given, as far as that is known yet."""

    layer: Layer
    result: LayerResult
    builds: tuple[BuildChange, ...] = ()

    def note(self, outcome: Outcome) -> None:
        self.result = of_outcome(self.layer, outcome)

    def note_builds(self, layer: Layer, builds: tuple[BuildChange, ...]) -> None:
        """Also of its stack layer, where that is made first."""
        if layer == self.layer:
            self.builds = builds


@contextlib.contextmanager
def reported(options: Options, verb: Verb, layer: Layer, tokens: Sequence[Token]) -> Iterator[SingleResult]:
    """Takes the outcome; an error that passes through is the result. Written in either case, where it was asked for."""
    wanted, began = targets(options), time.time()
    found = SingleResult(layer, of_layer(layer))
    try:
        yield found
    except OrchestrateError as error:
        found.result = of_error(layer, error)
        raise
    finally:
        if any((wanted.json, wanted.junit, wanted.html)) and not options.dry_run:
            command = _command(options, verb, layer, tokens)
            report = _report(options, verb, command, replace(found.result, builds=found.builds), began)
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
