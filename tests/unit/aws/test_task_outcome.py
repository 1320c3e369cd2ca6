"""How a task ended: by its containers' exit codes."""

from __future__ import annotations

from typing import Any

import pytest

from wrapper.aws import task_outcome
from wrapper.aws.task_outcome import judged

DEFINITION = {
    "containerDefinitions": [
        {"name": "web"},
        {"name": "db", "essential": True},
        {"name": "side", "essential": False},
        {"name": "router", "essential": True, "firelensConfiguration": {"type": "fluentbit"}},
    ]
}


def task(reason: str = "Essential container in task exited", **codes: Any) -> dict[str, Any]:
    """A code of None: the container never ran."""
    found = [{"name": n, **({"exitCode": c} if isinstance(c, int) else {"reason": c or ""})} for n, c in codes.items()]
    return {"taskArn": "a/c/t", "lastStatus": "STOPPED", "stoppedReason": reason, "containers": found}


@pytest.mark.parametrize(
    ("codes", "failed"),
    [
        ({"web": 0, "db": 0, "side": 0, "router": 0}, ()),
        ({"web": 0, "db": 0, "side": 1, "router": 143}, ()),
        ({"web": 3, "db": 0, "side": 0}, ("web",)),
        ({"web": None, "db": None}, ("web", "db")),
        ({"web": 0}, ("db",)),
    ],
)
def test_every_essential_container_must_end_with_0(codes: dict[str, Any], failed: tuple[str, ...]) -> None:
    found = judged(task(**codes), DEFINITION)
    assert (found.failed, found.exit_code) == (failed, int(bool(failed)))


def test_one_that_never_ran_has_the_reasons_of_ecs_and_its_own() -> None:
    found = judged(task("Task failed to start", web="CannotPullContainerError: not found", db=0), DEFINITION)
    assert found.after(4.6) == (
        "failed after 4.6 s (web never ran): Task failed to start; container web: CannotPullContainerError: not found"
    )
    assert (
        judged(task(web=3, db=0), DEFINITION)
        .after(3)
        .startswith("failed after 3 s (web 3): Essential container in task exited")
    )
    assert judged(task(web=0, db=0), DEFINITION).after(3.9) == "ended well after 3.9 s"


def test_a_task_without_containers_did_not_end_well() -> None:
    assert judged({"lastStatus": "STOPPED", "containers": []}, {}).exit_code == 1


def test_whether_it_has_begun_and_ended() -> None:
    assert [task_outcome.begun({"lastStatus": s}) for s in ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")] == [
        False,
        False,
        False,
        True,
    ]
    assert not task_outcome.begun(task(web=None)) and task_outcome.begun(task(web=0))
    assert task_outcome.ended(task()) and not task_outcome.ended({"lastStatus": "DEPROVISIONING"})


def test_why_none_was_started() -> None:
    failure = {"reason": "RESOURCE:MEMORY", "arn": "arn:i-1"}
    assert task_outcome.not_started({"tasks": [], "failures": [failure]}) == "RESOURCE:MEMORY (arn:i-1)"
    assert task_outcome.not_started({"tasks": []}) == "ECS gives no reason"
    assert task_outcome.not_started({"tasks": [{}]}) == ""


def test_what_it_waits_for() -> None:
    eni = {"type": "eni", "status": "ATTACHING"}
    assert task_outcome.waiting_for({"lastStatus": "PROVISIONING"}) == "PROVISIONING: no machine yet"
    assert task_outcome.waiting_for({"lastStatus": "PENDING", "launchType": "FARGATE", "attachments": [eni]}) == (
        "PENDING: eni is ATTACHING"
    )
