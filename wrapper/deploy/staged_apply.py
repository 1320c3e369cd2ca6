"""An apply in two stages. The plan of the whole is shown and agreed to. Then a part of it is planned and applied, the rest is
planned, a gate opens, and the rest is applied, up to the next gate if there is one. What was not in the first plan is never
applied.

Knows neither what the part is nor what the gate waits for: a :class:`StageGate` says it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ..model.errors import PlanChanged, RefusedError
from ..model.findings import SERVICE
from ..model.nouns import Outcome, Run, Step
from ..run import plan_run
from ..terraform import planned_changes
from ..terraform.plan_stream import is_plan
from ..terraform.planned_changes import PlannedChanges


class StageGate(Protocol):
    @property
    def makes_services(self) -> bool:
        """Whether the first stage makes or changes a service. Where it does not, none may be changed before the gate opens."""
        ...

    @property
    def words(self) -> str:
        """What opens it, and how."""
        ...

    def is_wanted(self, plan: PlannedChanges) -> bool:
        """Whether the plan of the whole needs stages. Raises what is wrong, before anything changes."""
        ...

    def first(self, plan: PlannedChanges) -> tuple[str, ...]:
        """Addresses that the first stage applies."""
        ...

    def open(self, rest: PlannedChanges) -> None:
        """Returns when the rest may be applied. ``rest``: its plan."""
        ...

    def first_in_words(self) -> str:
        """For a dry run, which has no plan: what the first stage applies."""
        ...

    def tell(self) -> None:
        """For a dry run: what would open it."""
        ...


@dataclass
class StagedApply:
    """The Steps of one Run, as they follow from its plans. ``gates``: those that may stand in its way, the first first; ``agreed``:
    the first plan; ``changes``: what was applied."""

    label: str
    gates: Sequence[StageGate]
    info: Callable[[str], None]
    agreed: PlannedChanges = field(default_factory=PlannedChanges)
    changes: tuple[int, int, int] | None = None
    _met: int = 0  # gates that were wanted, or passed over
    _phase: str = "whole"
    _planned: Step | None = None

    @property
    def gate(self) -> StageGate:
        """The one that the apply stands before."""
        return self.gates[max(0, self._met - 1)]

    def begun(self, run: Run) -> Run:
        """An apply, with a look at its plan as data, which that of an unprotected stack does without."""
        *before, apply = run.steps
        looked_at = before and before[-1].captured
        return run if looked_at else replace(run, steps=(*before, plan_run.show(), apply))

    def after(self, step: Step, outcome: Outcome, rest: tuple[Step, ...]) -> tuple[Step, ...]:
        """What is still to be done."""
        if step.mutates and not step.aside:
            self._count(outcome)
        if is_plan(step.argv):
            return self._after_plan(step, outcome, rest)
        if not step.captured:
            return rest
        if outcome.skipped:
            return self._in_dry_run(step, rest)
        return self._looked(planned_changes.parse(outcome.captured), step, rest)

    def _after_plan(self, step: Step, outcome: Outcome, rest: tuple[Step, ...]) -> tuple[Step, ...]:
        if self._phase == "whole":
            self._planned = step
        if self._phase == "first" and outcome.code == 0 and not outcome.skipped:
            self._phase = "rest"
            return rest[2:]  # all of the part is there
        return rest

    def _in_dry_run(self, show: Step, rest: tuple[Step, ...]) -> tuple[Step, ...]:
        """In a dry run."""
        if self._phase == "whole" and self._planned:
            self._phase, [apply] = "first", rest
            return stages(self._planned, show, apply, (self.gate.first_in_words(),))
        if self._phase == "rest":
            self.gate.tell()
        self._phase = "rest" if self._planned else self._phase
        return rest

    def _looked(self, plan: PlannedChanges, show: Step, rest: tuple[Step, ...]) -> tuple[Step, ...]:
        if self._phase == "whole":
            self.agreed = plan
            return self._next(plan, show, rest)
        self._check(plan)
        if self._phase == "first":
            if not self.gate.makes_services:
                self._check_services(plan)
            self._phase = "rest"
            return rest
        self.gate.open(plan)
        return self._next(plan, show, rest)

    def _next(self, plan: PlannedChanges, show: Step, rest: tuple[Step, ...]) -> tuple[Step, ...]:
        """The stages before the next gate that ``plan`` needs; without one what is left."""
        while self._met < len(self.gates):
            self._met += 1
            if self.gate.is_wanted(plan):
                return self._staged(plan, show, rest)
        return rest

    def _staged(self, plan: PlannedChanges, show: Step, rest: tuple[Step, ...]) -> tuple[Step, ...]:
        if moved := next((one for one in plan.resources if one.moved_from and one.moved_from != one.address), None):
            raise RefusedError(
                f"{self.label}: {self.gate.words} first, and this plan also moves {moved.moved_from} to {moved.address}, "
                "which Terraform does in a whole apply only",
                hint="nothing was changed. Apply the move with the builds that run now and --no-hooks, then deploy",
            )
        assert self._planned is not None, "a plan file is not applied in stages"
        first, [apply] = self.gate.first(plan), rest
        self.info(f"{self.label}: {self.gate.words} before the rest is applied")
        self._phase = "first" if first else "rest"
        return stages(self._planned, show, apply, first)

    def _check(self, plan: PlannedChanges) -> None:
        if strange := plan.beyond(self.agreed):
            raise PlanChanged(
                f"{self.label}: what is planned now was not in the plan that was agreed to: "
                f"{', '.join(one.words for one in strange[:5])}",
                hint="no service was changed. Run the same command again, and look at its plan",
            )

    def _check_services(self, plan: PlannedChanges) -> None:
        if found := next((one for one in plan.changing if one.type == SERVICE), None):
            raise RefusedError(
                f"{self.label}: {self.gate.words} first, and what it needs depends on {found.words}",
                hint="no service was changed. Let the task's definition depend on no service; or apply with --no-hooks",
            )

    def _count(self, outcome: Outcome) -> None:
        before, more = self.changes or (0, 0, 0), outcome.changes or (0, 0, 0)
        self.changes = (before[0] + more[0], before[1] + more[1], before[2] + more[2])


def stages(plan: Step, show: Step, apply: Step, first: tuple[str, ...]) -> tuple[Step, ...]:
    """The Steps after the plan of the whole. A person agrees before the first of them."""
    part = replace(plan, argv=(*plan.argv, *(f"-target={address}" for address in first)), last_if=None)
    whole = replace(plan, last_if=None)
    later = replace(apply, confirm=False)
    steps = (part, show, later, whole, show, later) if first else (whole, show, later)
    return (replace(steps[0], confirm=apply.confirm), *steps[1:])
