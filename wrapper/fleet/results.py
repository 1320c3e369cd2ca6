"""How a layer ended, as a LayerResult: one alone, and one of many. Knows no order and no loop; starts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ..deploy import build_choices
from ..model import fingerprint, system_errors
from ..model.console import Console
from ..model.errors import OrchestrateError, Stopped, TimeoutExpired
from ..model.nouns import Outcome
from ..model.report import Changes, ErrorDetails, LayerResult
from ..model.stack import Layer
from ..terraform import commands, output, plan_json
from ..terraform.failures import SEE_ABOVE
from .change_detection import LayerDiff


class ClosableConsole(Console, Protocol):
    """A Console that has an end."""

    def close(self) -> None: ...


class Progress(Protocol):
    """What a person sees while many run."""

    def began(self, names: Sequence[str], jobs: int) -> None: ...
    def console(self, layer: Layer) -> ClosableConsole:
        """Where this layer's output goes. It starts now."""
        ...

    def log(self, layer: Layer) -> str:
        """The file that keeps all that this layer says, or ""."""
        ...

    def ended(self, result: LayerResult) -> None: ...
    def info(self, text: str) -> None: ...


def of_layer(layer: Layer) -> LayerResult:
    """Good, until more is known."""
    return LayerResult(layer.stack.region, layer.stack.name, layer.tenant, "succeeded")


def of_outcome(layer: Layer, outcome: Outcome) -> LayerResult:
    changes = Changes(*outcome.changes) if outcome.changes else None
    url = outcome.url if layer.tenant else ""
    return replace(of_layer(layer), changes=changes, exit_code=outcome.code, url=url)


def of_error(layer: Layer, error: OrchestrateError, *, stopping: bool = False) -> LayerResult:
    """Failed; or stopped, where a signal was the reason or all are being stopped."""
    stopped = isinstance(error, Stopped) or stopping
    return replace(
        of_layer(layer),
        result="stopped" if stopped else "failed",
        reason=error.message if stopped or isinstance(error, TimeoutExpired) else "",
        exit_code=error.exit_code,
        diagnostics=output.diagnostics(error.said),
        error=details(error),
    )


def details(error: OrchestrateError) -> ErrorDetails:
    """An error as it reads in a report, where nothing stands above it."""
    said = "" if output.diagnostics(error.said) else output.last_lines(error.said)
    return ErrorDetails(error.message, error.where, error.hint if error.hint != SEE_ABOVE else "", said)


@dataclass(frozen=True)
class LayerResults:
    """Of many: ``progress`` knows the log of each that ran; ``stop``: why all are being stopped; None: they are not."""

    progress: Progress
    stop: OrchestrateError | None = None

    def succeeded(self, diff: LayerDiff, outcome: Outcome) -> LayerResult:
        """Of a look for drift: with what drifted, and 2 where anything did."""
        result = replace(of_outcome(diff.layer, outcome), log=self.progress.log(diff.layer))
        if not outcome.captured or diff.prepared is None or diff.prepared.verb != commands.DRIFT:
            return result
        drifted = plan_json.drifted(outcome.captured)
        words = [f"{d.address} ({', '.join(d.attributes)})" for d in drifted[:3]]
        reason = "drifted: " + ", ".join(words) + (f" and {len(drifted) - 3} more" if len(drifted) > 3 else "")
        different = build_choices.differences(diff.status.record, diff.prepared.inputs, diff.prepared.choices)
        if different:
            names = fingerprint.first_names(different)
            reason += f"; not all of it is drift: since its last apply its inputs changed ({names})"
        return replace(result, exit_code=2, drifted=drifted, reason=reason)

    def unchanged(self, diff: LayerDiff) -> LayerResult:
        reason = f"the same as at its last apply ({diff.status.record.at})"
        return replace(of_layer(diff.layer), result="unchanged", reason=reason, url=diff.status.record.url)

    def failed(self, layer: Layer, error: OrchestrateError) -> LayerResult:
        return replace(of_error(layer, error, stopping=self.stop is not None), log=self.progress.log(layer))

    def broke(self, layer: Layer, error: Exception) -> LayerResult:
        """An error of no kind of ours: what the system refuses, or a bug, which is said to be one."""
        if isinstance(error, OSError) and (refused := system_errors.refused(error)):
            return self.failed(layer, refused)
        words = f"a bug of ours: {type(error).__name__}: {error}"
        return self.failed(layer, OrchestrateError(words, where=self.progress.log(layer), hint="please report it"))

    def stopped(self, layer: Layer, reason: str) -> LayerResult:
        """One that never began. Its code is the signal's, or that of the failure it waited for."""
        why, code = (f"not started: {self.stop.message}", self.stop.exit_code) if self.stop else ("", 1)
        return replace(of_layer(layer), result="stopped", reason=reason or why, exit_code=code)

    def excluded(self, layer: Layer, pattern: str) -> LayerResult:
        return replace(of_layer(layer), result="excluded", reason=f"by {pattern}")
