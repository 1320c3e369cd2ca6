"""A tenant goes to another service, perhaps behind another target group: what of its plan says so, how many applies that takes,
and what the last of them may delete.

Knows what the plan of modules/tenant-service and tenant-load-balancer looks like then; not how a second slot is found, nor how
ECS is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from ..model import service_map
from ..model.findings import SERVICE
from ..model.nouns import Outcome, Step
from ..run.runner import StepWatch
from ..terraform.arguments import partial
from ..terraform.plan_stream import is_plan, leaves_target_group, replaces_service, taken_away
from .prepared import PreparedLayer

if TYPE_CHECKING:
    from ..model.console import Console
    from ..run.plan_run import RunContext
    from ..run.signals import SignalHandler
    from .slot_allocator import SlotAllocator

_FIRST = (
    "service1"  # the service that a tenant of 0.1 had; its addresses are those of then (modules/tenant-load-balancer)
)
# What the apply after a move takes away, also of a stack that is protected: the two rules, and the target group that was left.
FREED = ("*aws_lb_listener_rule.turned[[]*]", "*aws_lb_listener_rule.shared[[]*]", "*aws_lb_target_group.this[[]*]")


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
    gated: bool = True  # or no gate is wanted

    def before(self, step: Step) -> None:
        self.watch.before(step)

    def after(self, step: Step, outcome: Outcome) -> None:
        self.watch.after(step, outcome)
        one = self.prepared
        planned = is_plan(step.argv) and outcome and not outcome.skipped
        if not (planned and self.may_move) or one.verb.as_applied or partial(one.tokens):
            return
        may_leave = one.takes_moves and not one.moves and leaves_target_group(outcome.tail)
        leaving = _leaving(one, outcome.tail) if may_leave else ()
        if leaving or ((one.takes_counts or not self.gated) and replaces_service(outcome.tail)):
            raise Moves(leaving)


class ApplyOnce(Protocol):
    def __call__(
        self,
        prepared: PreparedLayer,
        console: Console,
        signals: SignalHandler,
        context: RunContext | None = None,
        *,
        moving: bool = False,
        more: bool = False,
    ) -> Outcome:
        """Run it once. Raises Moves for a move without its slot. ``context``: of the apply that ends a move; ``moving``: it was
        planned as a move; ``more``: another apply follows this one."""
        ...


@dataclass(frozen=True)
class ApplySequence:
    """The applies of one layer, as many as it takes. ``counted``: the same layer, told how many tasks run."""

    slots: SlotAllocator
    once: ApplyOnce
    counted: Callable[[PreparedLayer], PreparedLayer]
    context: RunContext
    dry: bool

    def run(self, prepared: PreparedLayer, console: Console, signals: SignalHandler) -> Outcome:
        """Run a layer that is ready; once more where it brought a new path on a shared load balancer and its service is steady."""
        if prepared.joins:  # a try before this one may have led them there
            prepared = self.slots.joined(prepared)
        more = bool(prepared.joins and prepared.inputs and prepared.verb.applies) and not self.dry
        outcome = self._move(prepared, console, signals, more=more)
        if not (more and outcome) or outcome.skipped:
            return outcome
        last = self.slots.joined(prepared)
        console.info(f"{prepared.layer.label}: steady; applying once more to lead the new paths to their services")
        ended = self.once(last, console, signals, replace(self.context, interactive=False))
        return replace(ended, changes=outcome.changes)

    def _move(self, prepared: PreparedLayer, console: Console, signals: SignalHandler, *, more: bool) -> Outcome:
        """Run a layer that is ready. Where its plan makes another service of it, that starts with the tasks that run. Where the
        tenant shares a load balancer and leaves its target group, it runs with a second slot, and then once more without: that
        puts its rule back, and frees the slot."""
        info, slots = console.info, self.slots
        first = slots.with_wider_aside(prepared, slots.second_of(prepared))
        try:
            outcome = self.once(first, console, signals, more=more or first is not prepared)
            return outcome if first is prepared else self._plain(prepared, outcome, console, signals, more=more)
        except Moves as moves:
            leaving = moves.leaving
        moving = slots.move(prepared, leaving) if leaving else prepared
        with_a_slot = " with a second slot" if leaving else ""
        info(f"{prepared.layer.label}: another service, so this is a move; planning it again{with_a_slot}")
        outcome = self.once(self.counted(moving), console, signals, moving=True, more=more or bool(leaving))
        if not (leaving and prepared.verb.applies and outcome) or outcome.skipped:
            return outcome
        info(f"{prepared.layer.label}: moved; applying once more to free the second slot")
        last = slots.with_wider_aside(prepared, leaving)
        context = replace(ending_of(self.context), interactive=False)
        ended = self.once(last, console, signals, context, more=more or last is not prepared)
        ended = replace(ended, changes=outcome.changes)
        return ended if last is prepared else self._plain(prepared, ended, console, signals, more=more)

    def _plain(
        self, prepared: PreparedLayer, outcome: Outcome, console: Console, signals: SignalHandler, *, more: bool
    ) -> Outcome:
        """After a move: the rules of wider paths, which stood aside for it, get their own numbers back. Not before: until the rule
        that moved has its own again, they would come first. ``outcome``: of the apply that they waited for."""
        if not (prepared.verb.applies and outcome) or outcome.skipped:
            return outcome
        console.info(f"{prepared.layer.label}: moved; applying once more to put the rules of wider paths back")
        last = self.once(prepared, console, signals, replace(self.context, interactive=False), more=more)
        return replace(last, changes=outcome.changes)


def ending_of(context: RunContext) -> RunContext:
    """For an apply that may end a move: what only that needed may go."""
    return replace(context, deletable=(*context.deletable, *FREED))


def services_of(state: Mapping[str, Any] | None) -> Iterator[tuple[str, str, str]]:
    """The services of modules/tenant-service in a state: module, key, and what ECS calls each."""
    for one in (state or {}).get("resources") or ():
        if not isinstance(one, Mapping):
            continue  # what it means is for Terraform to say
        if (one.get("mode"), one.get("type"), one.get("name")) == ("managed", SERVICE, "this"):
            for instance in one.get("instances") or ():
                name = (instance.get("attributes") or {}).get("name")
                yield str(one.get("module", "")), str(instance.get("index_key", "")), str(name)


def is_half_way(state: Mapping[str, Any] | None) -> bool:
    """Whether a move has begun and not ended: a service stands twice."""
    modules = [module for module, _, _ in services_of(state)]
    return len(modules) > len(set(modules))


def _leaving(prepared: PreparedLayer, text: str) -> tuple[str, ...]:
    """The services that leave their target group, as slots name them. Of each the plan takes away the group, the rule that led
    there, and the service itself: one that comes from a load balancer of its own leaves no rule, and the apply that ends a move
    takes no service away. The tenant's first service may have addresses without its name."""
    services, paths = service_map.names(prepared.root_request.request.declared, prepared.values), prepared.paths or {}
    gone: dict[str, set[str]] = {}
    for kind, words in taken_away(text):
        gone.setdefault(kind, set()).add(next((word for word in words if word in services), ""))
    left, groups = (
        gone.get(SERVICE, set()),
        gone.get("aws_lb_target_group", set()) & gone.get("aws_lb_listener_rule", set()),
    )
    found = left & (groups - {""})
    if "" in groups and (rest := left - found):
        found.add(min(rest, key=lambda s: (s != _FIRST, s in paths, s)))
    return tuple(sorted({service if service in paths else "" for service in found}))
