"""AWS asked: paced, page by page, again where it throttles; and its errors as ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from live_aws import LiveAws, refused
from stubbed_aws import StubbedAws

from wrapper.aws import calls
from wrapper.aws.calls import AwsCalls, CallRates, CallRefused
from wrapper.aws.identity import Identity
from wrapper.model.errors import UnavailableError


@pytest.fixture
def aws() -> Iterator[StubbedAws]:
    made = StubbedAws()
    yield made
    made.close()


def of(world: Identity, waited: list[float]) -> AwsCalls:
    return AwsCalls(lambda: world, "ap-southeast-2", "r/s/acme", waited.append)


def test_every_page_is_read(aws: StubbedAws) -> None:
    aws.answers("ecs", "list_tasks", {"taskArns": ["1"], "nextToken": "n"}, cluster="c")
    aws.answers("ecs", "list_tasks", {"taskArns": ["2"]}, cluster="c", nextToken="n")
    assert aws.calls().all("ecs", "list_tasks", "taskArns", cluster="c") == ["1", "2"]
    aws.answers("cloudwatch", "describe_alarms", {"MetricAlarms": [], "NextToken": "n"}, StateValue="ALARM")
    aws.answers("cloudwatch", "describe_alarms", {"MetricAlarms": []}, StateValue="ALARM", NextToken="n")
    assert len(list(aws.calls().pages("cloudwatch", "describe_alarms", StateValue="ALARM"))) == 2


def test_what_is_throttled_is_asked_again_later(aws: StubbedAws) -> None:
    waited: list[float] = []
    for _ in range(2):
        aws.refuses("ecs", "list_tasks", "ThrottlingException", "Rate exceeded")
    aws.answers("ecs", "list_tasks", {"taskArns": ["1"]}, cluster="c")
    assert aws.calls(waited).all("ecs", "list_tasks", "taskArns", cluster="c") == ["1"]
    assert waited == [1.0, 2.0]


def test_what_is_throttled_for_ever_ends() -> None:
    waited: list[float] = []
    world = LiveAws(list_tasks=refused("ThrottlingException", "Rate exceeded"))
    with pytest.raises(CallRefused, match="ecs:ListTasks: Rate exceeded") as error:
        of(world, waited).ask("ecs", "list_tasks", cluster="c")
    assert (len(waited), error.value.hint) == (5, "wait a minute, then try again")
    assert error.value.exit_code == 69, "AWS cannot serve now; it forbids nothing"


def test_a_long_wait_is_told() -> None:
    told: list[str] = []
    world = LiveAws(list_tasks=[*[refused("ThrottlingException", "Rate exceeded")] * 4, {"taskArns": []}])
    AwsCalls(lambda: world, "r", "r/s/acme", lambda _: None, info=told.append).ask("ecs", "list_tasks")
    assert told == [f"r/s/acme: ecs:ListTasks: Rate exceeded; asked again in {n} s" for n in (4, 8)]


@pytest.mark.parametrize(
    ("code", "message", "exit_code", "hint"),
    [
        ("ClusterNotFoundException", "Cluster not found.", 66, "an apply makes it again"),
        ("ServiceNotActiveException", "Service was not ACTIVE.", 66, "an apply makes it again"),
        ("UnrecognizedClientException", "The security token is invalid.", 77, "is the Region enabled in this account"),
        ("ClientException", "TaskDefinition is inactive", 77, "status shows what runs"),
        (
            "AccessDeniedException",
            "User: me is not authorized to perform: iam:PassRole on resource: r",
            77,
            "the role needs iam:PassRole;",
        ),
        (
            "AccessDenied",
            "User: me is not authorized to perform: ecs:ListTasks with an explicit deny in a service control policy",
            77,
            "a policy denies ecs:ListTasks, whatever the role has",
        ),
    ],
)
def test_an_answer_has_its_exit_code_and_what_mends_it(code: str, message: str, exit_code: int, hint: str) -> None:
    with pytest.raises(CallRefused) as error:
        of(LiveAws(list_tasks=refused(code, message)), []).ask("ecs", "list_tasks")
    assert (error.value.exit_code, hint in error.value.hint) == (exit_code, True), error.value.hint


def test_an_aws_that_has_failed_refuses_nothing() -> None:
    failed = refused("ServerException", "Service Unavailable")
    failed.response["ResponseMetadata"] = {"HTTPStatusCode": 500}
    with pytest.raises(UnavailableError, match="ecs:ListTasks: AWS has failed: Service Unavailable"):
        of(LiveAws(list_tasks=failed), []).ask("ecs", "list_tasks")
    assert of(LiveAws(list_tasks=[failed, {"taskArns": []}]), []).while_waiting().ask("ecs", "list_tasks") == {
        "taskArns": []
    }


def test_what_is_not_allowed_is_named() -> None:
    world = LiveAws(describe_target_health=refused("AccessDenied", "User: me is not authorized"))
    with pytest.raises(CallRefused, match="not allowed: elasticloadbalancing:DescribeTargetHealth: User: me") as error:
        of(world, []).ask("elbv2", "describe_target_health", TargetGroupArn="t")
    assert error.value.hint.startswith("the role needs elasticloadbalancing:DescribeTargetHealth")
    assert (error.value.denied, error.value.expired, error.value.exit_code) == (True, False, 77)


def test_credentials_that_expired_are_looked_for_once_more() -> None:
    old, new = LiveAws(list_tasks=refused("ExpiredTokenException")), LiveAws()
    found = [old, new]
    calls = AwsCalls(lambda: found.pop(0), "r", "r/s/acme", lambda _: None)
    assert calls.ask("ecs", "list_tasks", serviceName="acme")["taskArns"]
    found = [old, old]
    calls = AwsCalls(lambda: found.pop(0), "r", "r/s/acme", lambda _: None)
    with pytest.raises(CallRefused, match="takes these credentials no longer") as error:
        calls.ask("ecs", "list_tasks")
    assert (found, error.value.hint[:12]) == ([], "log in again")


def test_an_aws_that_does_not_answer_is_asked_again_only_where_something_waits_for_it() -> None:
    from botocore.exceptions import EndpointConnectionError

    gone = EndpointConnectionError(endpoint_url="https://ecs")
    waited: list[float] = []
    with pytest.raises(UnavailableError, match="does not answer"):
        of(LiveAws(list_tasks=gone), waited).ask("ecs", "list_tasks")
    assert waited == []
    world = LiveAws(list_tasks=[gone, gone, {"taskArns": []}])
    assert of(world, waited).while_waiting().ask("ecs", "list_tasks") == {"taskArns": []}
    assert waited == [1.0, 2.0]


def test_the_pace_is_that_of_the_service() -> None:
    rates, now = CallRates(lambda: 0.0), [0.0]
    assert [rates.wait("logs") for _ in range(7)] == pytest.approx([0, 0, 0, 0, 0, 0.2, 0.4])
    assert rates.wait("ecs") == 0.0, "another bucket"
    later = CallRates(lambda: now[0])
    for _ in range(5):
        later.wait("logs")
    now[0] = 1.0
    assert later.wait("logs") == 0.0


def test_an_action_is_named_as_iam_names_it() -> None:
    assert calls.action("elbv2", "describe_target_health") == "elasticloadbalancing:DescribeTargetHealth"
