"""How a layer ended, said as an Answer: one alone, and one of many. Knows no order and no loop; starts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ..model import fingerprint
from ..model.errors import OrchestrateError, Stopped, TimeoutExpired
from ..model.nouns import Layer, Outcome
from ..reports.model import Answer, Changes, Fault
from ..run.runner import Talk
from ..run.signals import Stopper
from ..terraform import commands, output, plan_json
from .change_detection import Look


class Voice(Talk, Protocol):
    """A Talk that has an end."""

    def close(self) -> None: ...


class Watcher(Protocol):
    """Whoever looks on while many run."""

    def began(self, names: Sequence[str], jobs: int) -> None: ...
    def talk(self, layer: Layer) -> Voice:
        """Where this layer's voice goes. It starts now."""
        ...

    def log(self, layer: Layer) -> str:
        """The file that keeps all that this layer says, or ""."""
        ...

    def ended(self, answer: Answer) -> None: ...
    def say(self, text: str) -> None: ...


def of_layer(layer: Layer) -> Answer:
    """Good, until more is known."""
    return Answer(layer.stack.region, layer.stack.name, layer.tenant, "succeeded")


def of_outcome(layer: Layer, outcome: Outcome) -> Answer:
    changes = Changes(*outcome.changes) if outcome.changes else None
    url = outcome.url if layer.tenant else ""
    return replace(of_layer(layer), changes=changes, exit_code=outcome.code, url=url)


def of_error(layer: Layer, error: OrchestrateError, *, stopping: bool = False) -> Answer:
    """Failed; or stopped, where a signal was the reason or all are being stopped."""
    stopped = isinstance(error, Stopped) or stopping
    return replace(
        of_layer(layer),
        result="stopped" if stopped else "failed",
        reason=error.message if stopped or isinstance(error, TimeoutExpired) else "",
        exit_code=error.exit_code,
        diagnostics=output.diagnostics(error.said),
        error=Fault.of(error),
    )


@dataclass(frozen=True)
class Answering:
    """Of many: ``watcher`` knows the log of each that ran, ``stopper`` whether all are being stopped."""

    watcher: Watcher
    stopper: Stopper

    def succeeded(self, look: Look, outcome: Outcome) -> Answer:
        """Of a look for drift: with what drifted, and 2 where anything did."""
        answer = replace(of_outcome(look.layer, outcome), log=self.watcher.log(look.layer))
        if not outcome.captured or look.ready is None or look.ready.verb != commands.DRIFT:
            return answer
        drifted = plan_json.drifted(outcome.captured)
        words = [f"{d.address} ({', '.join(d.attributes)})" for d in drifted[:3]]
        reason = "drifted: " + ", ".join(words) + (f" and {len(drifted) - 3} more" if len(drifted) > 3 else "")
        different = fingerprint.differences(look.entry.record.inputs, look.ready.inputs)
        if different:
            names = fingerprint.first_names(different)
            reason += f"; not all of it is drift: since its last apply its inputs changed ({names})"
        return replace(answer, exit_code=2, drifted=drifted, reason=reason)

    def unchanged(self, look: Look) -> Answer:
        reason = f"the same as at its last apply ({look.entry.record.at})"
        return replace(of_layer(look.layer), result="unchanged", reason=reason, url=look.entry.record.url)

    def failed(self, layer: Layer, error: OrchestrateError) -> Answer:
        return replace(of_error(layer, error, stopping=self.stopper.stopping), log=self.watcher.log(layer))

    def broke(self, layer: Layer, error: Exception) -> Answer:
        """An error of no kind of ours: a bug, which is said to be one."""
        words = f"a bug of ours: {type(error).__name__}: {error}"
        return self.failed(layer, OrchestrateError(words, where=self.watcher.log(layer), hint="please report it"))

    def stopped(self, layer: Layer, reason: str) -> Answer:
        """One that never began. Its code is the signal's, or that of the failure it waited for."""
        try:
            self.stopper.check()
            code = 1
        except (Stopped, TimeoutExpired) as error:
            reason, code = reason or f"not started: {error.message}", error.exit_code
        return replace(of_layer(layer), result="stopped", reason=reason, exit_code=code)

    def excluded(self, layer: Layer, pattern: str) -> Answer:
        return replace(of_layer(layer), result="excluded", reason=f"by {pattern}")
