"""The service scheduler: ECS's rules one by one, and three that hold for every service, whatever happens to its tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wrapper.containers import circuit_breaker
from wrapper.containers.nouns import (
    Attachment,
    Complete,
    Deployment,
    EcsService,
    Fail,
    HoldTasks,
    Start,
    Stop,
    Target,
    Task,
    TaskContainer,
)
from wrapper.containers.scheduler import SETTLES, bounds, counts, decide, threshold

GROUP = "arn:group"


def service(**changed: object) -> EcsService:
    usual = EcsService("arn:service", "web", (Deployment("new", "web:2"),), attachments=(Attachment(GROUP, "web", 80),))
    return replace(usual, **changed)  # type: ignore[arg-type]


def task(name: str, deployment: str = "new", state: str = "healthy", **changed: object) -> Task:
    targets = (Target(GROUP, "web", 80, state=state),)
    usual = Task(name, "web", 0.0, "arn:service", deployment, "RUNNING", 0.0, targets=targets)
    return replace(usual, **changed)  # type: ignore[arg-type]


ROLLING = (Deployment("new", "web:2"), Deployment("old", "web:1", "COMPLETED"))


@pytest.mark.parametrize(("desired", "failures"), [(0, 3), (1, 3), (6, 3), (7, 4), (25, 13), (400, 200), (1000, 200)])
def test_the_circuit_breaker_trips_at_half_of_the_desired_tasks(desired: int, failures: int) -> None:
    assert threshold(desired) == failures


@pytest.mark.parametrize(
    ("desired", "minimum", "maximum", "found"),
    [(4, 50, 200, (2, 8)), (3, 50, 150, (2, 4)), (1, 0, 100, (0, 1)), (1, 100, 150, (1, 1))],
)
def test_the_minimum_is_rounded_up_and_the_maximum_down(
    desired: int, minimum: int, maximum: int, found: tuple[int, int]
) -> None:
    assert bounds(service(desired=desired, minimum=minimum, maximum=maximum)) == found


def test_a_new_service_starts_what_is_desired() -> None:
    assert decide(service(desired=2), (), 0.0) == (Start("new", "web:2"),) * 2


def test_the_new_version_starts_before_the_old_one_stops() -> None:
    rolling = service(deployments=ROLLING)
    assert decide(rolling, [task("a", "old")], 0.0) == (Start("new", "web:2"), HoldTasks("old", 1))
    initial = [task("a", "old"), task("b", state="initial")]
    assert Stop not in map(type, decide(rolling, initial, 0.0))
    [stop, hold] = decide(rolling, [task("a", "old"), task("b")], 0.0)
    assert (stop.task, stop.replaced, hold) == ("a", True, HoldTasks("old", 0))  # type: ignore[union-attr]


def test_with_no_minimum_the_old_version_stops_at_once() -> None:
    [stop, start, hold] = decide(service(deployments=ROLLING, minimum=0), [task("a", "old")], 0.0)
    assert (type(stop), start, hold) == (Stop, Start("new", "web:2"), HoldTasks("old", 0))


def test_a_deployment_is_complete_when_the_old_tasks_are_gone() -> None:
    rolling = service(deployments=(ROLLING[0], replace(ROLLING[1], held=0)))
    draining = task("a", "old", status="DEACTIVATING")
    assert decide(rolling, [draining, task("b")], 0.0) == ()
    assert decide(rolling, [replace(draining, status="STOPPED"), task("b")], 0.0) == (Complete("new"),)


def test_a_lost_task_of_the_old_version_comes_back_in_that_version() -> None:
    """https://aws.amazon.com/about-aws/whats-new/2025/11/amazon-ecs-service-availability-rolling-deployments"""
    rolling = service(deployments=ROLLING)
    starts = [a for a in decide(rolling, [task("b", state="initial")], 0.0) if isinstance(a, Start)]
    assert starts == [Start("old", "web:1")]


def test_a_failed_deployment_gets_no_more_tasks() -> None:
    failed = service(deployments=(replace(ROLLING[0], state="FAILED"),), breaker=True)
    assert decide(failed, (), 0.0) == ()


def test_the_breaker_trips_once_and_only_where_there_is_one() -> None:
    at_three = (replace(ROLLING[0], failed=3), ROLLING[1])
    assert decide(service(deployments=at_three, breaker=True), [task("a", "old")], 100.0) == (Fail("new"),)
    assert Fail not in map(type, decide(service(deployments=at_three), [task("a", "old")], 100.0))


def test_what_fails_again_and_again_is_started_after_a_pause() -> None:
    failing = service(deployments=(replace(ROLLING[0], failed=3, failed_at=10.0),))
    assert (decide(failing, (), 13.9), decide(failing, (), 14.0)) == ((), (Start("new", "web:2"),))


def test_an_unhealthy_task_is_stopped_when_its_replacement_is_healthy() -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html"""
    steady = service(deployments=(Deployment("new", "web:2", "COMPLETED"),))
    bad = task("a", state="unhealthy")
    assert decide(steady, [bad], 0.0) == (Start("new", "web:2"),)
    assert decide(steady, [bad, task("b", state="initial")], 0.0) == ()
    [stop] = decide(steady, [bad, task("b")], 0.0)
    assert stop == Stop("a", f"Task failed ELB health checks in (target-group {GROUP})", replaced=False)


def test_where_the_maximum_leaves_no_room_one_unhealthy_task_is_stopped_first() -> None:
    full = service(desired=2, maximum=100, minimum=50, deployments=(Deployment("new", "web:2", "COMPLETED"),))
    both = [task("a", state="unhealthy"), task("b", state="unhealthy")]
    assert [type(action) for action in decide(full, both, 0.0)] == [Stop, Start]


def test_a_failure_is_counted_before_another_task_starts() -> None:
    rolling = service(deployments=ROLLING)
    found = decide(rolling, [task("a", "old"), task("b", state="unhealthy")], 0.0)
    assert [type(action) for action in found] == [Stop, HoldTasks]


def test_no_check_counts_before_the_grace_period_is_over() -> None:
    patient = service(grace=30.0, deployments=(Deployment("new", "web:2", "COMPLETED"),))
    assert decide(patient, [task("a", state="unhealthy")], 29.0) == ()
    assert decide(patient, [task("a", state="unhealthy")], 30.0) == (Start("new", "web:2"),)


def test_a_container_that_calls_itself_unhealthy_is_replaced() -> None:
    steady = service(attachments=(), deployments=(Deployment("new", "web:2", "COMPLETED"),))
    sick = TaskContainer("web", checked=True, health="UNHEALTHY", status="RUNNING")
    assert decide(steady, [task("a", targets=(), containers=(sick,))], 100.0) == (Start("new", "web:2"),)
    assert decide(steady, [task("a", targets=(), containers=(replace(sick, essential=False),))], 100.0) == ()


def test_a_task_without_checks_counts_after_forty_seconds() -> None:
    plain = task("a", targets=())
    assert [counts(plain, second) for second in (SETTLES - 1, SETTLES)] == [False, True]


def test_a_deleted_service_stops_all_its_tasks() -> None:
    found = decide(service(status="DRAINING"), [task("a"), task("b", status="STOPPED")], 0.0)
    assert [stop.task for stop in found if isinstance(stop, Stop)] == ["a"]


def test_fewer_desired_tasks_stop_the_newest() -> None:
    found = decide(
        service(deployments=(Deployment("new", "web:2", "COMPLETED"),)), [task("a"), task("b", created=5.0)], 9.0
    )
    assert [stop.task for stop in found if isinstance(stop, Stop)] == ["b"]


# -- whatever happens ---------------------------------------------------------------------------


@dataclass
class Ecs:
    """A small ECS around the scheduler: tasks start, get healthy, die and drain in an order that ``chance`` decides."""

    service: EcsService
    chance: Random
    deadly: float = 0.0  # how probable it is that a task dies in a turn
    sick: frozenset[str] = frozenset()  # deployments whose tasks never get healthy
    tasks: dict[str, Task] = field(default_factory=dict)
    now: float = 0.0
    made: int = 0

    def turn(self) -> None:
        self.now += 1.0
        before = sum(counts(t, self.now) for t in self.tasks.values())
        actions = decide(self.service, list(self.tasks.values()), self.now)
        for action in actions:
            self.act(action)
        lower, upper = bounds(self.service)
        there = sum(t.active for t in self.tasks.values())
        after = sum(counts(t, self.now) for t in self.tasks.values())
        assert after >= min(before, lower), "never under the minimum"
        assert not any(isinstance(a, Start) for a in actions) or there <= upper, "never above the maximum"
        self.live()

    def act(self, action: object) -> None:
        if isinstance(action, Start):
            self.made += 1
            name = f"task-{self.made}"
            targets = (Target(GROUP, "web", 80),)
            self.tasks[name] = Task(
                name, action.definition, self.now, "arn:service", action.deployment, targets=targets
            )
        elif isinstance(action, Stop):
            self.tasks[action.task] = replace(
                self.tasks[action.task], status="DEACTIVATING", replaced=action.replaced, ending=self.now
            )
        elif isinstance(action, HoldTasks):
            self.deployment(action.deployment, lambda d: replace(d, held=action.tasks))
        elif isinstance(action, Complete):
            self.service = replace(self.service, deployments=(replace(self.service.primary, state="COMPLETED"),))
        elif isinstance(action, Fail):
            self.fail()

    def fail(self) -> None:
        failed, *others = self.service.deployments
        back = next((d for d in others if d.state == "COMPLETED"), None)
        rest = tuple(d for d in others if d is not back)
        gone = replace(failed, state="FAILED")
        first = (replace(back, state="IN_PROGRESS", failed=0, held=None),) if back else ()
        self.service = replace(self.service, deployments=(*first, gone, *rest))

    def deployment(self, name: str, change: Callable[[Deployment], Deployment]) -> None:
        found = tuple(change(d) if d.id == name else d for d in self.service.deployments)
        self.service = replace(self.service, deployments=found)

    def live(self) -> None:
        for name, one in list(self.tasks.items()):
            if circuit_breaker.healed(self.service.primary, one, self.now):
                self.deployment(one.deployment, lambda d: replace(d, failed=0))
            one = replace(one, was_healthy=one.was_healthy or counts(one, self.now))
            self.tasks[name] = self.aged(one)
            if self.tasks[name].status == "STOPPED" != one.status:
                self.deployment(one.deployment, lambda d, t=self.tasks[name]: circuit_breaker.noted(d, t, self.now))  # type: ignore[misc]

    def aged(self, one: Task) -> Task:
        lucky = self.chance.random() < 0.5
        if one.active and self.chance.random() < self.deadly:
            return replace(one, status="STOPPED", stopped=self.now)
        if one.status == "PROVISIONING" and lucky:
            return replace(one, status="RUNNING", started=self.now)
        if one.status == "DEACTIVATING" and lucky:
            return replace(one, status="STOPPED", stopped=self.now)
        if one.status == "RUNNING" and lucky:
            state = "unhealthy" if one.deployment in self.sick else "healthy"
            return replace(one, targets=(replace(one.targets[0], state=state),))
        return one

    def until(self, is_so: Callable[[], bool], turns: int) -> None:
        """It gets steady, and this is so, within so many turns."""
        for _ in range(turns):
            self.turn()
            if is_so() and self.steady():
                return
        raise AssertionError(f"not steady after {turns} turns")

    def steady(self) -> bool:
        there = [t for t in self.tasks.values() if t.status != "STOPPED"]
        return (
            self.service.primary.state == "COMPLETED"
            and len(there) == self.service.desired
            and all(counts(t, self.now) and t.deployment == self.service.primary.id for t in there)
        )


def ecs(
    desired: int, minimum: int, maximum: int, seed: int, deadly: float = 0.0, sick: frozenset[str] = frozenset()
) -> Ecs:
    """With the first deployment in place, and the second just begun."""
    first = service(
        desired=desired, minimum=minimum, maximum=maximum, breaker=True, deployments=(Deployment("old", "web:1"),)
    )
    found = Ecs(first, Random(seed))
    found.until(lambda: True, 100)
    found.service = replace(found.service, deployments=(Deployment("new", "web:2"), *found.service.deployments))
    found.deadly, found.sick = deadly, sick
    return found


# A maximum that allows one task more than the minimum: with none ECS itself is stuck.
MOVES = st.tuples(st.integers(0, 6), st.integers(0, 100), st.integers(100, 300), st.integers(0, 2**32)).filter(
    lambda x: x[0] == 0 or bounds(service(desired=x[0], minimum=x[1], maximum=x[2]))[0] < x[0] * x[2] // 100
)


@settings(max_examples=50)
@given(MOVES)
def test_a_good_deployment_converges_within_its_bounds(move: tuple[int, int, int, int]) -> None:
    found = ecs(*move)
    found.until(lambda: found.service.primary.id == "new", 300)


@settings(max_examples=50)
@given(MOVES)
def test_a_sick_deployment_is_rolled_back_and_the_one_before_serves_on(move: tuple[int, int, int, int]) -> None:
    found = ecs(*move, sick=frozenset({"new"}))
    lower, _ = bounds(found.service)
    wanted = "old" if move[0] else "new"

    def serves() -> bool:
        assert sum(counts(t, found.now) for t in found.tasks.values()) >= lower
        return found.service.primary.id == wanted

    found.until(serves, 600)


@settings(max_examples=50)
@given(MOVES, st.floats(0.01, 0.2), st.integers(0, 6))
def test_tasks_that_die_and_counts_that_change_are_made_good(
    move: tuple[int, int, int, int], deadly: float, wanted: int
) -> None:
    found = ecs(*move, deadly=deadly)
    for _ in range(60):
        found.turn()
    lower, upper = bounds(replace(found.service, desired=wanted))
    if lower == upper and wanted:
        return
    found.service, found.deadly = replace(found.service, desired=wanted), 0.0
    for _ in range(400):
        found.turn()
        if found.steady() or found.service.primary.state == "FAILED":  # both versions died: ECS starts nothing more
            return
    raise AssertionError("not steady after 400 turns")
