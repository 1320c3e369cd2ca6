"""A target's states, as a load balancer tells them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from wrapper.containers.nouns import HealthCheck, Target
from wrapper.containers.target_states import HealthAnswer, accepted, checked, draining, receiving

NEW = Target("group", "web", 8080, 4711)
CHECK = HealthCheck(healthy=3, unhealthy=2, codes="200-299")
GOOD, BAD = HealthAnswer(204), HealthAnswer(404)


@pytest.mark.parametrize(
    ("codes", "code", "is_well"),
    [("200", 200, True), ("200", 201, False), ("200,301", 301, True), ("200-299", 250, True), ("200-299", 300, False)],
)
def test_the_matcher(codes: str, code: int, is_well: bool) -> None:
    assert accepted(codes, code) is is_well


def after(target: Target, *answers: HealthAnswer) -> Target:
    for answer in answers:
        target = checked(target, CHECK, answer, 5.0)
    return target


def test_one_success_makes_a_new_target_healthy_and_three_an_unhealthy_one() -> None:
    assert (after(NEW, GOOD).state, after(NEW, GOOD).healthy_since) == ("healthy", 5.0)
    sick = after(NEW, BAD, BAD)
    assert [after(sick, *[GOOD] * n).state for n in (1, 2, 3)] == ["unhealthy", "unhealthy", "healthy"]


def test_failures_must_follow_each_other() -> None:
    well = after(NEW, GOOD)
    assert after(well, BAD, GOOD, BAD).state == "healthy"
    assert after(well, BAD, BAD).state == "unhealthy"
    assert after(NEW, BAD).reason == "Elb.InitialHealthChecking"


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (BAD, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]"),
        (HealthAnswer(timed_out=True), "Target.Timeout", "Request timed out"),
        (HealthAnswer(), "Target.FailedHealthChecks", "Health checks failed"),
    ],
)
def test_an_unhealthy_target_says_why(answer: HealthAnswer, reason: str, words: str) -> None:
    sick = after(NEW, answer, answer)
    assert (sick.state, sick.reason, sick.description) == ("unhealthy", reason, words)


def test_a_draining_target_stays_so() -> None:
    assert after(draining(NEW), GOOD).state == "draining"


def test_who_gets_requests() -> None:
    new, well, sick = NEW, replace(NEW, state="healthy"), replace(NEW, state="unhealthy")
    assert receiving([new, well, sick]) == [well]
    assert receiving([sick, draining(well)]) == [sick], "all registered ones are unhealthy: open to all"
    assert receiving([new, sick]) == []
