"""Which failures pass by themselves, and which never do: on words of the real Terraform and provider."""

from __future__ import annotations

import json
import re

import pytest
from fakes import run_of

from wrapper.model.errors import BusyError, OrchestrateError, StateAtRisk, Stopped, TerraformFailed, TimeoutExpired
from wrapper.model.nouns import Outcome, Step
from wrapper.run.retryable_errors import NON_RETRYABLE, RETRYABLE_ERRORS, errors, worth_another_try
from wrapper.terraform import output
from wrapper.terraform.failures import failure

APPLY = Step(("terraform", "apply"))
REVISIONS = (
    "creating ECS Task Definition (acme): operation error ECS: RegisterTaskDefinition, https response error StatusCode: "
    "400, RequestID: 1, ClientException: Too many concurrent attempts to create a new revision of the specified family."
)
THROTTLED = (
    "reading ELBv2 Target Group (arn:aws:x): operation error Elastic Load Balancing v2: DescribeTargetGroups, exceeded "
    "maximum number of attempts, 25, https response error StatusCode: 400, RequestID: 1, api error Throttling: Rate exceeded"
)
DENIED = (
    "creating ECS Service (acme): operation error ECS: CreateService, https response error StatusCode: 400, RequestID: 1, "
    "AccessDeniedException: User: arn:aws:sts::1:assumed-role/role x/me is not authorized to perform: ecs:CreateService"
)
NEW_ROLE = (
    "creating EventBridge Target: ValidationFailure: The role arn:aws:iam::1:role/acme cannot be assumed by principal"
)


def plainly(*messages: str) -> str:
    """As with -no-color: no boxes, and where each stands."""
    where = (
        '\n\n  with aws_x.this,\n  on main.tf line 8, in resource "aws_x" "this":\n   8: resource "aws_x" "this" {\n'
    )
    return "aws_x.this: Creating...\n" + "".join(f"\nError: {message}{where}" for message in messages)


def boxed(*messages: str) -> str:
    """As at a terminal: in colour, in boxes, broken to the width."""
    broken = (re.sub(r"(.{60}\S*) ", "\\1\n\x1b[31m│\x1b[0m ", message) for message in messages)
    return "".join(
        f"\x1b[31m╷\x1b[0m\n\x1b[31m│\x1b[0m \x1b[1m\x1b[31mError: \x1b[0m{message}\n│ \n│   with aws_x.this,\n\x1b[31m╵\x1b[0m\n"
        for message in broken
    )


def as_json(*messages: str) -> str:
    return "".join(
        json.dumps({"@level": "error", "@message": f"Error: {m}"}, separators=(",", ":")) + "\n" for m in messages
    )


def name_of(text: str) -> str:
    found = worth_another_try(failure(run_of(APPLY), APPLY, Outcome(1, ok=False, tail=text, stderr=text)))
    return found.name if found else ""


@pytest.mark.parametrize("shape", [plainly, boxed, as_json])
@pytest.mark.parametrize(
    ("messages", "name"),
    [
        ([REVISIONS], "task definition revisions"),
        ([THROTTLED], "throttled"),
        ([THROTTLED, THROTTLED], "throttled"),
        ([THROTTLED, DENIED], ""),
        ([DENIED], ""),
        ([f"Resource postcondition failed {THROTTLED}"], ""),
        ([THROTTLED, "Error releasing the state lock Error message: S3: DeleteObject, StatusCode: 503, api error SlowDown"], ""),
        (["something nobody knows"], ""),
        ([REVISIONS, "something nobody knows"], ""),
        ([NEW_ROLE], ""),
        (["Failed to load plugin schemas: Failed to read any lines from plugin's stdout"], "provider did not start"),
        (["Plugin did not respond: The plugin encountered an error: connection reset by peer"], ""),
        (["putting S3 Bucket Policy: api error OperationAborted: A conflicting conditional operation is in progress"],
         "conflicting operation"),
        (["validating provider credentials: request send failed, Post \"https://sts.x.amazonaws.com/\": dial tcp: lookup "
          "sts.x.amazonaws.com on 10.0.0.2:53: no such host"], "name not found"),
        (["request send failed, Post \"https://ecs.x.amazonaws.com/\": read tcp 10.0.0.1:1->1.2.3.4:443: read: connection "
          "reset by peer"], "connection lost"),
        (["creating ECS Service: InvalidParameterException: Unable to assume the service linked role. Please verify that "
          "the ECS service linked role exists."], "service-linked role"),
        (["operation error ECS: CreateService, https response error StatusCode: 503, ServiceUnavailable"],
         "service unavailable"),
        (["operation error ECS: X, https response error StatusCode: 501, the sandbox does not simulate ecs:X"], ""),
        (["api error TooManyTargetGroups: full"], ""),
        (["api error RequestLimitExceeded: Request limit exceeded."], "throttled"),
        (["api error TooManyRequestsException: Too many requests"], "throttled"),
        (["api error LimitExceeded: Rate exceeded"], ""),
        (["operation error Application Auto Scaling: PutScalingPolicy, ConcurrentUpdateException: pending"],
         "concurrent change"),
        (["Failed to query available provider packages: could not connect to registry.terraform.io: context deadline "
          "exceeded"], "registry"),
        (["Invalid value for variable: Rate exceeded"], ""),
    ],
)  # fmt: skip
def test_a_failure_is_what_every_one_of_its_errors_is(shape, messages: list[str], name: str) -> None:  # type: ignore[no-untyped-def]
    assert name_of(shape(*messages)) == name


def test_a_role_that_was_made_in_this_run_may_not_be_known_yet() -> None:
    made = "module.a.aws_iam_role.task: Creation complete after 1s [id=acme]\n"
    assert name_of(made + plainly(NEW_ROLE)) == "new role not known yet"
    assert name_of(made + plainly(DENIED)) == "", "who deploys is denied, whatever roles were made"


def test_of_many_the_one_that_is_tried_least_often_counts() -> None:
    once = "lookup: dial tcp: lookup sts.amazonaws.com: no such host"
    assert name_of(plainly(THROTTLED, once)) == "name not found"


def test_a_warning_is_no_error_and_says_nothing_about_one() -> None:
    text = plainly(REVISIONS) + "\nWarning: Validation Error\n\nAccessDenied is a word.\n"
    assert name_of(text) == "task definition revisions"
    assert len(errors(text)) == 1
    assert name_of("Warning: Rate exceeded\n") == ""


@pytest.mark.parametrize(
    "error",
    [
        BusyError(THROTTLED),
        StateAtRisk(THROTTLED),
        Stopped(THROTTLED),
        TimeoutExpired(THROTTLED),
        OrchestrateError(THROTTLED),
        TerraformFailed(THROTTLED),
    ],
)
def test_only_a_terraform_that_failed_and_said_so(error: OrchestrateError) -> None:
    assert worth_another_try(error) is None


def test_a_lock_held_and_a_state_at_risk_are_not_tried_again_whatever_else_was_said() -> None:
    for words in ("Error acquiring the state lock", "Failed to persist state", "Saved plan is stale"):
        assert name_of(plainly(THROTTLED, words)) == ""


def test_the_lists_hold_together() -> None:
    assert len({t.name for t in RETRYABLE_ERRORS}) == len(RETRYABLE_ERRORS) and len(
        {n.name for n in NON_RETRYABLE}
    ) == len(NON_RETRYABLE)
    assert all(1 <= t.times <= 3 and t.reason and "." in t.source for t in RETRYABLE_ERRORS)


def test_what_a_fleet_keeps_of_a_failure_is_bounded_and_holds_its_errors() -> None:
    text = "x" * 300_000 + boxed(REVISIONS)
    kept = output.last_words(text)
    assert len(kept) < 33_000 and errors(kept) == errors(output.plain(text))
    assert output.last_words("short") == "short"
