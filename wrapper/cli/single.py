"""The report of a command for one layer: the same three files as of many, with one answer."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from .. import __version__, terraform, transcript
from ..answers import files
from ..answers.model import Answer, Changes, Fault, Report
from ..errors import OrchestrateError, Stopped, TimeoutExpired
from ..model import Layer, Outcome
from ..terraform import Token, Verb
from .many_options import targets
from .options import Options


@contextlib.contextmanager
def reported(
    options: Options, verb: Verb, layer: Layer, tokens: Sequence[Token]
) -> Iterator[Callable[[Outcome], None]]:
    """Takes the outcome; an error that passes through is the answer. Written in either case, where it was asked for."""
    wanted, began = targets(options), time.time()
    answers = [Answer(layer.stack.region, layer.stack.name, layer.tenant, "succeeded")]

    def note(outcome: Outcome) -> None:
        answers[0] = succeeded(layer, outcome)

    try:
        yield note
    except OrchestrateError as error:
        answers[0] = failed(layer, error)
        raise
    finally:
        if any((wanted.json, wanted.junit, wanted.html)) and not options.dry_run:
            files.write(_report(options, verb, tokens, answers[0], began), wanted)


def succeeded(layer: Layer, outcome: Outcome) -> Answer:
    changes = Changes(*outcome.changes) if outcome.changes else None
    url = outcome.url if layer.tenant else ""
    return Answer(
        layer.stack.region,
        layer.stack.name,
        layer.tenant,
        "succeeded",
        changes=changes,
        exit_code=outcome.code,
        url=url,
    )


def failed(layer: Layer, error: OrchestrateError) -> Answer:
    stopped = isinstance(error, Stopped)
    return Answer(
        layer.stack.region,
        layer.stack.name,
        layer.tenant,
        "stopped" if stopped else "failed",
        reason=error.message if stopped or isinstance(error, TimeoutExpired) else "",
        exit_code=error.exit_code,
        diagnostics=transcript.diagnostics(error.said),
        error=Fault.of(error),
    )


def _report(options: Options, verb: Verb, tokens: Sequence[Token], answer: Answer, began: float) -> Report:
    now = time.time()
    words = [
        "./orchestrate",
        verb.name,
        answer.stack,
        answer.region,
        *([f"--tenant={answer.tenant}"] if answer.tenant else []),
    ]
    return Report(
        id=time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(began)) + f"-{os.getpid()}",
        verb=verb.name,
        region=answer.region,
        stack=answer.stack,
        started=began,
        finished=now,
        answers=(_timed(answer, began, now),),
        jobs=1,
        tool=__version__,
        command=terraform.redact([*filter(None, words), *terraform.words(tokens)]),
        by=options.author,
    )


def _timed(answer: Answer, began: float, now: float) -> Answer:
    return replace(answer, started=began, finished=now, seconds=now - began, attempts=1)
