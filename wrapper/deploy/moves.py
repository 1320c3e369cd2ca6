"""A tenant goes to another service, perhaps behind another target group: what of its plan says so, and what its last apply may
delete.

Knows what the plan of modules/tenant-service looks like then; not how a second slot is found, nor how ECS is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..model.nouns import Outcome, Step
from ..run.runner import StepWatch
from ..terraform.arguments import partial
from ..terraform.plan_stream import is_plan, left_target_groups, replaces_service
from .prepared import PreparedLayer

# What the apply after a move takes away, also of a stack that is protected: the two rules, and the target group that was left.
FREED = ("*aws_lb_listener_rule.turned[[]0]", "*aws_lb_listener_rule.shared[[]*]", "*aws_lb_target_group.this[[]*]")


class Moves(Exception):
    """A plan moves the tenant, and it was made without what a move needs: no error, it is planned again with that.
    ``leaving``: the services ("" for the one without a path) that need a second slot."""

    def __init__(self, leaving: tuple[str, ...]) -> None:
        super().__init__()
        self.leaving = leaving


@dataclass(frozen=True)
class MoveWatch:
    """Hears what a plan said, after ``watch``. Raises Moves where that is a move."""

    watch: StepWatch
    prepared: PreparedLayer
    may_move: bool

    def before(self, step: Step) -> None:
        self.watch.before(step)

    def after(self, step: Step, outcome: Outcome) -> None:
        self.watch.after(step, outcome)
        one = self.prepared
        planned = is_plan(step.argv) and outcome and not outcome.skipped
        if not (planned and self.may_move) or one.verb.as_applied or partial(one.tokens):
            return
        leaving = _leaving(one, outcome.tail) if one.takes_moves and not one.moves else ()
        if leaving or (one.takes_counts and replaces_service(outcome.tail)):
            raise Moves(leaving)


def _leaving(prepared: PreparedLayer, text: str) -> tuple[str, ...]:
    """The services that leave their target group, as slots name them: an instance of a module has the name of its service."""
    paths = prepared.paths or {}
    return tuple(sorted({next((key for key in keys if key in paths), "") for keys in left_target_groups(text)}))
