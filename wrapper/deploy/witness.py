"""The plan of a protected layer as a witness of what runs: an image that goes to the number of a build that stays says that another
number ran than the record has. A net, for what was deployed past the tool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..model.errors import RefusedError
from ..model.nouns import Outcome, Step
from ..run.runner import StepWatch
from ..state.record import DeploymentRecord
from ..terraform.plan_json import ImageMove, image_moves
from .prepared import PreparedLayer


@dataclass(frozen=True)
class Witness:
    """Hears what a plan says, after ``watch``; only that of a protected layer is read as data anyway. ``record``: the layer's;
    ``asks``: a person will be asked, and is told."""

    watch: StepWatch
    prepared: PreparedLayer
    record: DeploymentRecord
    info: Callable[[str], None]
    asks: bool

    def before(self, step: Step) -> None:
        self.watch.before(step)

    def after(self, step: Step, outcome: Outcome) -> None:
        self.watch.after(step, outcome)
        if not step.captured or not outcome.captured:
            return
        for name, move in self._strange(outcome.captured):
            error = self._error(name, move)
            if not self.asks:
                raise error
            self.info(error.message)

    def _error(self, name: str, move: ImageMove) -> RefusedError:
        label = self.prepared.layer.label
        return RefusedError(
            f"{label}: ! the plan changes {move.image} from {move.before} to {move.after}, and no command gave a build",
            where=move.address,
            hint=f"the record says that {move.after} runs. Give the one that you mean: -var {name}={move.before}, or "
            f"-var {name}={move.after}",
        )

    def _strange(self, plan: bytes) -> Iterator[tuple[str, ImageMove]]:
        """Images that go to a build that stays, from a number that is none of this layer's, with the build's name."""
        choices = self.prepared.choices
        stays = {c.number: n for n, c in choices.items() if not c.given and c.number and c.number == c.before}
        moves = {number for c in choices.values() if c.number != c.before or c.given for number in (c.number, c.before)}
        tried = {b for note in (self.record.failed, self.record.partly) for b in (note.get("builds") or {}).values()}
        for move in image_moves(plan):
            if move.after in stays.keys() - moves and move.before not in moves | tried:
                yield stays[move.after], move
