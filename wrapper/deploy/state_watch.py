"""One Run as the state's object shows it: whether it began to change something, and which writes of the state are the tool's
own. Terraform's words :mod:`wrapper.terraform.output` knows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..model.errors import ConfigError, NotBegunError, OrchestrateError, StateAtRisk
from ..model.nouns import Outcome, Step
from ..model.stack import Layer
from ..state import layer_state
from ..terraform.commands import Verb
from .prepared import PreparedLayer
from .recorder import Before, Recorder, Tagged


@dataclass
class StateWatch:
    """``found``: the layer before the Run; ``rollout``: seconds that ECS may take after it."""

    recorder: Recorder
    prepared: PreparedLayer
    found: Before
    dry: bool = False
    rollout: float = 0.0
    machine: str = ""
    begins: Callable[[], None] = lambda: None  # what is written before the first change
    began: bool = False
    noted: bool = False

    @property
    def layer(self) -> Layer:
        return self.prepared.layer

    @property
    def verb(self) -> Verb:
        return self.prepared.verb

    def before(self, step: Step) -> None:
        """An untaint is no part of the try: the state says the same of what runs."""
        changes = step.mutates and not step.aside
        if changes and self.verb.applies and not (self.dry or self.noted):
            self.begins()
            self.recorder.begins(self.prepared, self.found)
            self.noted = True
        self.began = self.began or changes

    def after(self, step: Step, outcome: Outcome) -> None:
        """The record names the state that an untaint wrote before the plan is made, also for a Run that ends there."""
        if step.mutates and not step.aside and not outcome.begun:
            self.began = False
        if self.noted and self.rollout and step.mutates and not step.aside and outcome:
            self.recorder.goes_on(self.layer, self.rollout)
        if self.found.state and step.aside and outcome and not outcome.skipped:
            self.found = replace(self.found, state=self.recorder.rewritten(self.layer, self.found.state))

    def holds(self, seconds: float) -> None:
        """Something is done between two Steps, for so long at least: others see that this try goes on."""
        if not self.noted:
            self.recorder.begins(self.prepared, self.found)
        self.noted = self.began = True
        self.recorder.goes_on(self.layer, seconds)

    def failed(self, error: OrchestrateError) -> None:
        """A Run that failed or was stopped. It was a try if it began to change something."""
        tried = self.verb.recorded and self.began and not isinstance(error, NotBegunError)
        at_risk = isinstance(error, StateAtRisk) and error.unsaved
        self.ended(error if tried else None, {"machine": self.machine, **at_risk} if at_risk else {})
        if self.noted:
            with contextlib.suppress(OrchestrateError):
                self.recorder.gives_up(self.layer)

    def ended(self, tried: OrchestrateError | None = None, unsaved: Mapping[str, Any] | None = None) -> None:
        """A Run that leaves no record of its own has ended. What is noted then is never in the way."""
        if not self.verb.on_state or self.dry:
            return
        with contextlib.suppress(OrchestrateError):
            left = self._left()
            if unsaved or (left and (tried or (self.found.state and self.found.state[1] != left[1]))):
                self.recorder.ended(self.layer, self.found, left or ({}, ""), tried, unsaved)

    def _left(self) -> Tagged | None:
        """The state that the Run left; a damaged one without its content."""
        damaged: dict[str, Any] = {}
        try:
            return layer_state.load_tagged(self.recorder.store(), self.layer)
        except ConfigError:
            return damaged, ""
