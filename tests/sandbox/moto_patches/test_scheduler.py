from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from wrapper.sandbox.moto_patches import scheduler

Asked = Callable[..., tuple[Any, Any]]
Policy = dict[str, Any]
ACCOUNT = "123456789012"
ARN = f"arn:aws:scheduler:ap-southeast-2:{ACCOUNT}"
GROUP = f"{ARN}:schedule-group/night"
ALONE = {"aws:SourceArn": GROUP, "aws:SourceAccount": ACCOUNT}
REFUSED = (
    "An error occurred (ValidationException) when calling the {} operation: "
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
)


def trust(condition: Policy | None = None, **changes: Any) -> Policy:
    principal = {"Service": "scheduler.amazonaws.com"}
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **changes}
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": condition} if condition else {})]}


def denied(condition: Policy) -> Policy:
    return {"Statement": trust()["Statement"] + trust(condition, Effect="Deny")["Statement"]}


def schedule(client: Any, ask: str = "create_schedule", **changes: Any) -> str:
    given = {
        "Name": "night",
        "GroupName": "night",
        "ScheduleExpression": "rate(1 day)",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:ecs:x", "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/night"},
    }
    return str(getattr(client("scheduler"), ask)(**{**given, **changes})["ScheduleArn"])


def prepare(client: Any, policy: Policy) -> None:
    client("iam").create_role(RoleName="night", AssumeRolePolicyDocument=json.dumps(policy))
    client("scheduler").create_schedule_group(Name="night")


TAKEN = {
    "anybody's schedules": trust(),
    "the group": trust({"StringEquals": ALONE}),
    "the group as an ARN": trust({"ArnEquals": {"aws:SourceArn": GROUP}}),
    "any group of this account": trust(
        {"ArnLike": {"aws:SourceArn": f"arn:aws:scheduler:*:{ACCOUNT}:schedule-group/*"}}
    ),
    "wildcards in text": trust({"StringLike": {"AWS:sourcearn": "arn:aws:scheduler:*/nigh?"}}),
    "one of several": trust({"StringEquals": {"aws:SourceArn": [f"{ARN}:schedule-group/day", GROUP]}}),
    "if it comes with one": trust({"ArnLikeIfExists": {"aws:SourceArn": GROUP}}),
    "several services": trust(Principal={"Service": ["ecs.amazonaws.com", "scheduler.amazonaws.com"]}),
    "every action": trust(Action=["sts:TagSession", "sts:*"]),
    "every principal": trust(Principal="*"),
    "a statement that is no list": {"Statement": trust()["Statement"][0]},
    "a condition that is not simulated": trust({"StringEquals": {"aws:SourceOrgID": "o-1"}}),
    "what is denied to others": denied({"StringEquals": {"aws:SourceAccount": "111111111111"}}),
    "what is denied by what is not simulated": denied({"Bool": {"aws:SecureTransport": "false"}}),
}
NOT_TAKEN = {
    "the schedule": trust({"StringEquals": ALONE | {"aws:SourceArn": f"{ARN}:schedule/night/night"}}),
    "every schedule": trust({"ArnLike": {"aws:SourceArn": f"{ARN}:schedule/*"}}),
    "another group": trust({"ArnEquals": {"aws:SourceArn": f"{ARN}:schedule-group/default"}}),
    "another account": trust({"StringEquals": ALONE | {"aws:SourceAccount": "111111111111"}}),
    "a wildcard that is a letter": trust({"StringEquals": {"aws:SourceArn": f"{ARN}:schedule-group/*"}}),
    "a wildcard over parts of an ARN": trust({"ArnLike": {"aws:SourceArn": "arn:aws:scheduler:*/night"}}),
    "another service": trust(Principal={"Service": "events.amazonaws.com"}),
    "an account": trust(Principal={"AWS": ACCOUNT}),
    "another action": trust(Action="sts:AssumeRoleWithSAML"),
    "nothing": {"Version": "2012-10-17", "Statement": []},
    "what is denied again": denied({"ArnLike": {"aws:SourceArn": GROUP}}),
}


FACTS = {"aws:sourcearn": GROUP, "aws:sourceaccount": ACCOUNT}


@pytest.mark.parametrize("policy", TAKEN.values(), ids=TAKEN)
def test_a_trust_that_lets_the_group_in(policy: Policy) -> None:
    assert scheduler.allows(policy, FACTS)


@pytest.mark.parametrize("policy", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_a_trust_that_does_not(policy: Policy) -> None:
    assert not scheduler.allows(policy, FACTS)


def test_a_schedule_is_made_where_the_role_lets_its_group_in(asked: Asked) -> None:
    def question(client: Any) -> list[str]:
        prepare(client, trust({"ArnEquals": {"aws:SourceArn": [GROUP, f"{ARN}:schedule-group/default"]}}))
        return [schedule(client), schedule(client, "update_schedule"), schedule(client, GroupName="default")]

    made = [f"{ARN}:schedule/{place}" for place in ("night/night", "night/night", "default/night")]
    assert asked(question, scheduler.role_lets_the_scheduler_in) == (made, made)


def test_a_schedule_is_refused_where_the_role_names_the_schedule(asked: Asked) -> None:
    def question(client: Any) -> str:
        prepare(client, NOT_TAKEN["the schedule"])
        return schedule(client)

    unpatched, patched = asked(question, scheduler.role_lets_the_scheduler_in)
    assert unpatched == f"{ARN}:schedule/night/night"
    assert str(patched) == REFUSED.format("CreateSchedule")


def test_a_role_that_is_not_there_lets_nobody_in(asked: Asked) -> None:
    def question(client: Any) -> str:
        client("scheduler").create_schedule_group(Name="night")
        return schedule(client)

    unpatched, patched = asked(question, scheduler.role_lets_the_scheduler_in)
    assert unpatched == f"{ARN}:schedule/night/night"
    assert str(patched) == REFUSED.format("CreateSchedule")


def test_a_group_that_is_not_there_is_named(asked: Asked) -> None:
    def question(client: Any) -> str:
        return schedule(client)

    unpatched, patched = asked(question, scheduler.role_lets_the_scheduler_in)
    assert str(unpatched) == "'night'", "moto itself breaks, which a server answers with HTTP 500"
    assert str(patched).endswith(
        "(ResourceNotFoundException) when calling the CreateSchedule operation: Schedule group night does not exist."
    )
