"""One Run, carried out: the loop over its Steps, what a person is asked, and what a signal does.

Knows engines only by their Protocol, and Terraform only by what :mod:`wrapper.terraform.commands` reads out of it.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Protocol

from ..engines import Engine, OutputCallback, Session
from ..engines.run_directory import RunDirectory, collect
from ..model.console import Console
from ..model.errors import RefusedError
from ..model.nouns import Outcome, Run, Step
from ..terraform import plan_json
from ..terraform.commands import redact
from ..terraform.failures import failure
from ..terraform.output import change_summary
from . import plan_file, unsaved, written_files
from .signals import SignalHandler


class StepWatch(Protocol):
    """Hears of each Step that is not skipped: before it starts, and how it ended."""

    def before(self, step: Step) -> None: ...
    def after(self, step: Step, outcome: Outcome) -> None: ...


class Stages(Protocol):
    """Says after each Step what is still to be done: ``rest``, or other Steps. ``changes``: of all that were applied."""

    @property
    def changes(self) -> tuple[int, int, int] | None: ...
    def after(self, step: Step, outcome: Outcome, rest: tuple[Step, ...]) -> tuple[Step, ...]: ...


class NoWatch:
    """Needs to hear of nothing."""

    def before(self, step: Step) -> None: ...
    def after(self, step: Step, outcome: Outcome) -> None: ...


def execute(
    run: Run,
    engine: Engine,
    console: Console,
    signals: SignalHandler,
    watch: StepWatch | None = None,
    stages: Stages | None = None,
) -> Outcome:
    """Carry out a Run. Returns the last Step's Outcome; raises the error that a failure amounts to."""
    with contextlib.ExitStack() as stack:
        stack.callback(signals.unshield)
        session = stack.enter_context(engine.open(run))
        stack.callback(signals.shield)
        directory: RunDirectory | None = getattr(session, "directory", None)
        if directory:
            unsaved.check(run, directory)
        with written_files.brought_out(run, directory, console.info):
            outcome = _Execution(run, session, directory, console, signals, watch or NoWatch(), stages).all()
        if directory:
            collect(directory, lambda file: plan_file.bind(file, run.layer.label, run.planned))
        return outcome


@dataclass(frozen=True)
class _Execution:
    """The Steps of one Run, in the session that is open for them."""

    run: Run
    session: Session
    directory: RunDirectory | None
    console: Console
    signals: SignalHandler
    watch: StepWatch
    stages: Stages | None

    def all(self) -> Outcome:
        outcome, changes, directory = Outcome(0, ok=True), None, self.directory
        rest = self.run.steps
        while rest:
            step, *more = rest
            rest = tuple(more)
            self.signals.check()
            if directory and directory.ready(step.stamp):
                continue
            if step.confirm:
                self._agree()
            outcome = self._one(step)
            changes = outcome.changes or changes if not step.captured else changes
            if directory and step.stamp:
                directory.mark(step.stamp)
            if step.last_if is not None and outcome.code == step.last_if and not outcome.skipped:
                return replace(outcome, changes=(0, 0, 0))
            rest = self.stages.after(step, outcome, rest) if self.stages else rest
        return replace(outcome, changes=(self.stages.changes if self.stages else None) or changes)

    def _one(self, step: Step) -> Outcome:
        run, directory = self.run, self.directory
        if directory:
            if not step.stamp:
                directory.seal()
            self.console.info("+ " + redact(step.argv, run.sensitive))
        heard: list[bytes] = []
        self.watch.before(step)
        with self.signals.watching(self.session):
            outcome = self.session.execute(step, self._output(step, heard))
        outcome = replace(outcome, captured=b"".join(heard))
        self.watch.after(step, outcome)
        if directory and step.mutates:
            unsaved.ended(run, directory, outcome)
        changes = change_summary(outcome.tail)
        unseen = outcome.code == 2 and changes is None  # Terraform exits 2 on SIGQUIT as well as for changes
        if not outcome or self.signals.stopping or unseen:
            self.signals.check()
            raise failure(run, step, outcome)
        protected = run.layer.stack.settings.protected
        if step.captured and run.mutates and protected and not outcome.skipped:
            plan_json.check_deletions(outcome.captured, run.layer.label, run.deletable, _unchanged(run))
        return replace(outcome, changes=changes)

    def _output(self, step: Step, heard: list[bytes]) -> OutputCallback:
        """Where a Step's output goes. An init that the user did not type is no part of the output: `output -raw` on a fresh machine
        says the value alone."""
        console = self.console
        if step.captured:
            return lambda data, is_error: console.output(data, True) if is_error else heard.append(data)
        if step.stamp or step.aside:
            return lambda data, _: console.output(data, True)
        return console.output

    def _agree(self) -> None:
        run, protected = self.run, self.run.layer.stack.settings.protected
        wanted = run.layer.label if protected else "yes"
        moves = f" ({run.moves})" if run.moves else ""
        if not self.console.confirm(f"{run.verb} {run.layer.label}{moves}? Type {wanted} to go on:", wanted):
            hint = f"{_unchanged(run)}; to continue, answer {wanted}"
            raise RefusedError(f"{run.layer.label}: not confirmed", hint=hint)


def _unchanged(run: Run) -> str:
    """What is true of a Run that ends between its plan and its apply."""
    if not run.untaints:
        return "nothing was changed"
    return f"no longer tainted: {', '.join(run.untaints)}; nothing else was changed"
