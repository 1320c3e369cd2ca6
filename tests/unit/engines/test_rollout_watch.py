"""While Terraform waits for ECS, ECS is looked at: a roll-out that it has given up ends the wait, once and with its reason."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from fakes import CHANGES, DONE, run_of

from wrapper.engines import OutputCallback, Session
from wrapper.engines.rollout_watch import RolloutWatchedEngine
from wrapper.model.nouns import Outcome, Run, Step

PLAN = Step(("terraform", "plan"))
APPLY = Step(("terraform", "apply"), mutates=True)
BLOCK = b'  # aws_ecs_service.this will be created\n      + cluster = "c"\n      + name    = "acme"\n'


class Terraform:
    """An engine whose apply waits until it is stopped, or ``ends`` by itself."""

    name, contained = "fake", True

    def __init__(self, plan: bytes = BLOCK, ends: bool = False) -> None:
        self.plan, self.ends = plan, ends
        self.stops, self.stopped = 0, threading.Event()

    def check(self) -> None: ...

    def as_typed(self, run: Run) -> tuple[str, str]:
        return "", ""

    @contextlib.contextmanager
    def open(self, run: Run) -> Iterator[Session]:
        yield self

    def execute(self, step: Step, output: OutputCallback) -> Outcome:
        if step is PLAN:
            output(self.plan, False)
            return CHANGES
        if self.ends:
            return DONE
        assert self.stopped.wait(60), "nobody ended the wait"
        return Outcome(1, ok=False)

    def stop(self) -> None:
        self.stops += 1
        self.stopped.set()


class Ecs:
    """Gives up at the look of that number (from 1); 0: never."""

    def __init__(self, at: int = 3) -> None:
        self.at, self.looks = at, 0
        self.asked: list[Any] = []

    def deployments(self, services: Collection[tuple[str, str]]) -> set[str]:
        self.asked.append(list(services))
        return {"before"}

    def given_up(self, services: Collection[tuple[str, str]], known: Collection[str]) -> str:
        assert known == {"before"}
        self.looks += 1
        return "service acme: the new version failed: circuit breaker" if self.looks == self.at else ""


def carried_out(terraform: Terraform, ecs: Ecs) -> tuple[Outcome, list[str]]:
    said: list[str] = []
    with RolloutWatchedEngine(terraform, ecs, said.append, every=0.01).open(run_of()) as session:
        session.execute(PLAN, lambda data, error: None)
        return session.execute(APPLY, lambda data, error: None), said


def test_what_ecs_gave_up_is_not_waited_for() -> None:
    terraform, ecs = Terraform(), Ecs()
    outcome, said = carried_out(terraform, ecs)
    assert (outcome.code, terraform.stops, ecs.looks) == (1, 1, 3)
    assert ecs.asked == [[("c", "acme")]]
    assert said == [
        "ap-southeast-2/app/acme: service acme: the new version failed: circuit breaker; "
        "Terraform would wait for it in vain, and is stopped"
    ]


def test_an_apply_that_ends_by_itself_is_left_alone() -> None:
    terraform, ecs = Terraform(ends=True), Ecs(at=0)
    outcome, said = carried_out(terraform, ecs)
    assert (outcome.ok, terraform.stops, said) == (True, 0, [])


@pytest.mark.parametrize(
    "plan", [b"", b"  # aws_lb.this will be created\n", BLOCK.replace(b'"acme"', b"(known after apply)")]
)
def test_without_a_service_nothing_is_asked(plan: bytes) -> None:
    ecs = Ecs()
    carried_out(Terraform(plan, ends=True), ecs)
    assert (ecs.asked, ecs.looks) == ([], 0)
