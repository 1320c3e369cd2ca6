"""The states of a target, as an Application Load Balancer tells them, and which targets get requests. Pure.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .nouns import HealthCheck, Target, TargetGroup


@dataclass(frozen=True)
class HealthAnswer:
    """What a health check got: a status code; 0 without one, because it took too long or the connection failed."""

    code: int = 0
    timed_out: bool = False


def accepted(codes: str, code: int) -> bool:
    """Whether a matcher (``200``, ``200,301``, ``200-299``) takes a status code."""
    for part in codes.split(","):
        first, _, last = part.strip().partition("-")
        if first.isdigit() and int(first) <= code <= int(last or first):
            return True
    return False


def checked(target: Target, check: HealthCheck, answer: HealthAnswer, now: float) -> Target:
    """The target after one more check. One success makes a new target healthy, whatever the threshold says."""
    if target.state == "draining":
        return target
    if accepted(check.codes, answer.code):
        target = replace(target, passed=target.passed + 1, failed=0)
        needed = 1 if target.state == "initial" else check.healthy
        return _healthy(target, now) if target.passed >= needed else target
    target = replace(target, failed=target.failed + 1, passed=0)
    if target.failed >= check.unhealthy:
        reason, words = _why(answer)
        return replace(target, state="unhealthy", reason=reason, description=words)
    if target.state == "initial":
        return replace(target, reason="Elb.InitialHealthChecking", description="Initial health checks in progress")
    return target


def _healthy(target: Target, now: float) -> Target:
    since = target.healthy_since if target.state == "healthy" else now
    return replace(target, state="healthy", reason="", description="", healthy_since=since)


def _why(answer: HealthAnswer) -> tuple[str, str]:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html"""
    if answer.code:
        return "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{answer.code}]"
    if answer.timed_out:
        return "Target.Timeout", "Request timed out"
    return "Target.FailedHealthChecks", "Health checks failed"


def draining(target: Target) -> Target:
    return replace(
        target,
        state="draining",
        reason="Target.DeregistrationInProgress",
        description="Target deregistration is in progress",
    )


def receiving(targets: Sequence[Target]) -> list[Target]:
    """Those of one group that get requests: the healthy ones; all, where every registered one is unhealthy."""
    registered = [target for target in targets if target.state != "draining"]
    healthy = [target for target in registered if target.state == "healthy"]
    return healthy or (registered if all(t.state == "unhealthy" for t in registered) else [])


def share(target: Target, group: TargetGroup, now: float) -> float:
    """How much of its share of the requests a target gets: during the group's slow start it grows evenly.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#slow-start-mode"""
    since = now - target.healthy_since
    return min(1.0, max(0.0, since / group.slow_start)) if group.slow_start and target.state == "healthy" else 1.0
