"""Patches of EventBridge Scheduler: the role of a schedule."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend

from .patch_set import Patch, PatchSet

SERVICE = "scheduler.amazonaws.com"
REFUSED = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."


def role_lets_the_scheduler_in(patch_set: PatchSet) -> None:
    """AWS refuses a schedule whose role it cannot assume; it comes with the ARN of the schedule's *group*.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    moto takes any role, and breaks (HTTP 500) at a group that is not there. Terraform reports success for a schedule that
    cannot be made in AWS. There it asks again for two minutes, since a new role may not be known yet, and fails.
    """

    def around(original: Any, self: EventBridgeSchedulerBackend, **asked: Any) -> Any:
        group = self.get_schedule_group(asked["group_name"])
        facts = {"aws:sourcearn": group.arn, "aws:sourceaccount": self.account_id}
        if not allows(trust_of(self, asked["target"]["RoleArn"]), facts):
            raise ValidationException(REFUSED)
        return original(self, **asked)

    patch_set.wrap(EventBridgeSchedulerBackend, "create_schedule", around)
    patch_set.wrap(EventBridgeSchedulerBackend, "update_schedule", around)


def trust_of(backend: EventBridgeSchedulerBackend, role: str) -> dict[str, Any]:
    """The trust policy of a role; that of a role which is not there allows nothing."""
    try:
        text = iam_backends[backend.account_id][backend.partition].get_role_by_arn(role).assume_role_policy_document
    except NotFoundException:
        return {}
    policy: dict[str, Any] = json.loads(text)
    return policy


def allows(policy: Mapping[str, Any], facts: Mapping[str, str]) -> bool:
    """Whether a trust policy lets EventBridge Scheduler assume the role: one statement allows it, and none denies it."""
    return {s["Effect"] for s in listed(policy.get("Statement", [])) if concerns(s, facts)} == {"Allow"}


def concerns(statement: Mapping[str, Any], facts: Mapping[str, str]) -> bool:
    """A condition that is not known here is taken to hold in an Allow and not to hold in a Deny: no role is refused
    for what is not simulated."""
    principal, unknown = statement.get("Principal", {}), statement["Effect"] == "Allow"
    services = (
        listed(principal.get("Service", principal.get("AWS", []))) if isinstance(principal, dict) else [principal]
    )
    tests = [
        holds(operator, key, listed(wanted), facts)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    return (
        any(service in (SERVICE, "*") for service in services)
        and any(like(action.lower(), "sts:assumerole") for action in listed(statement.get("Action", [])))
        and all(unknown if test is None else test for test in tests)
    )


def holds(operator: str, key: str, wanted: list[str], facts: Mapping[str, str]) -> bool | None:
    """One test of a condition; None for one that is not known here."""
    compare = COMPARE.get(operator.removesuffix("IfExists"))
    fact = facts.get(key.lower())
    return None if compare is None or fact is None else any(compare(one, fact) for one in wanted)


def like(pattern: str, text: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text) is not None


def arn_like(pattern: str, arn: str) -> bool:
    """``*`` stands for no colon between the six parts of an ARN."""
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) and all(map(like, patterns, parts))


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


COMPARE = {"StringEquals": str.__eq__, "StringLike": like, "ArnEquals": arn_like, "ArnLike": arn_like}

PATCHES: tuple[Patch, ...] = (role_lets_the_scheduler_in,)
