"""A task run once: started, heard, waited for, stopped."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aws_typed import check_aws
from botocore.exceptions import EndpointConnectionError
from live_aws import CLUSTER, GROUP, IDS, MIGRATE, NOW, LiveAws, refused
from stubbed_aws import StubbedAws

from wrapper.aws.calls import AwsCalls, CallRefused
from wrapper.aws.task_run import TaskRun, started
from wrapper.model.errors import BusyError, OrchestrateError, Stopped, TaskFailed, TimeoutExpired

TASK = IDS[MIGRATE]
REQUEST = {"cluster": CLUSTER, "taskDefinition": MIGRATE, "count": 1, "startedBy": "orchestrate/me", "clientToken": "t"}
GONE = EndpointConnectionError(endpoint_url="https://ecs")


def seen(status: str, **more: Any) -> dict[str, Any]:
    return {"tasks": [{"taskArn": f"a/c/{TASK}", "lastStatus": status, "containers": [], **more}]}


RAN = seen("STOPPED", stoppedReason="done", containers=[{"name": "web", "exitCode": 0}])
NEVER = seen(
    "STOPPED", stoppedReason="Task failed to start", containers=[{"name": "web", "reason": "CannotPullContainerError"}]
)


@dataclass
class Heard:
    """Time goes by while it waits. ``stops_at``: seconds after which Ctrl-C is typed."""

    stops_at: float = 1e9
    now: float = 0.0
    said: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def pause(self, seconds: float) -> None:
        self.now += seconds
        if self.now >= self.stops_at:
            raise Stopped("stopped by SIGINT", signum=2)

    def run(self, world: Any, limit: float = 600.0) -> TaskRun:
        calls = AwsCalls(lambda: world, "ap-southeast-2", "r/s/acme", self.pause).while_waiting()
        return TaskRun(
            calls,
            "migrate",
            REQUEST,
            self.said.append,
            lambda line: self.lines.append(line.message),
            limit,
            lambda: self.now,
            NOW.timestamp,
        )


def test_sent_twice_it_starts_one_task() -> None:
    found = started({"cluster": "c"}, "x" * 200, "token")
    assert (len(found["startedBy"]), found["clientToken"]) == (128, "token")


def test_the_request_is_as_aws_has_it() -> None:
    aws = StubbedAws()
    try:
        definition = {"taskDefinitionArn": MIGRATE, "containerDefinitions": []}
        aws.answers("ecs", "describe_task_definition", {"taskDefinition": definition}, taskDefinition=MIGRATE)
        aws.answers("ecs", "run_task", {"tasks": [{"taskArn": f"a/c/{TASK}"}], "failures": []}, **REQUEST)
        aws.answers("ecs", "describe_tasks", RAN, cluster=CLUSTER, tasks=[TASK])
        run = Heard().run(aws)
        assert run.wait(run.start()).id == TASK
        aws.check_all_was_asked()
    finally:
        aws.close()


def test_the_task_and_its_stream_are_named_at_the_start() -> None:
    heard = Heard()
    assert heard.run(LiveAws()).start() == TASK
    assert heard.said == [
        f"r/s/acme: started migrate: task {TASK}",
        f"  log: group {GROUP}, stream migrate/web/{TASK}",
    ]


def test_a_task_that_ends_between_two_looks_is_judged_by_its_code() -> None:
    heard = Heard()
    assert heard.run(LiveAws(describe_tasks=[seen("PROVISIONING"), RAN])).wait(TASK).exit_code == 0
    assert heard.lines == ["migrated"]


def test_a_container_that_never_ran_says_why() -> None:
    outcome = Heard().run(LiveAws(describe_tasks=NEVER)).wait(TASK)
    assert (outcome.exit_code, outcome.codes) == (1, {"web": None})
    why = "(web never ran): Task failed to start; container web: CannotPullContainerError"
    assert outcome.after(4.6) == f"failed after 4.6 s {why}"


def test_lines_that_arrive_after_the_stop_are_fetched() -> None:
    def line(number: int) -> dict[str, Any]:
        stream = f"migrate/web/{TASK}"
        return {
            "eventId": str(number),
            "timestamp": int(NOW.timestamp() * 1000) + number,
            "logStreamName": stream,
            "message": f"line {number}",
        }

    looks = [[], [], [line(1)], [], [line(1), line(2)], []]
    world = LiveAws(describe_tasks=RAN, filter_log_events=[{"events": found} for found in looks])
    heard = Heard()
    heard.run(world).wait(TASK)
    assert heard.lines == ["line 1", "line 2"]
    assert world.stopped == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY", "arn": "i-1"}]}, r"RESOURCE:MEMORY \(i-1\)"),
        ({"tasks": [], "failures": []}, "ECS gives no reason"),
    ],
)
def test_ecs_starts_none(answer: dict[str, Any], reason: str) -> None:
    with pytest.raises(TaskFailed, match=f"ECS did not start migrate: {reason}"):
        Heard().run(LiveAws(run_task=answer)).start()


@pytest.mark.parametrize("code", ["ClientException", "InvalidParameterException"])
def test_a_request_that_ecs_does_not_take_is_its_reason(code: str) -> None:
    with pytest.raises(TaskFailed, match="ECS did not start migrate: No Container Instances were found") as error:
        Heard().run(LiveAws(run_task=refused(code, "No Container Instances were found in your cluster."))).start()
    assert error.value.exit_code == 1


@pytest.mark.parametrize(("code", "exit_code"), [("AccessDeniedException", 77), ("ClusterNotFoundException", 66)])
def test_a_request_that_is_refused_has_the_code_of_every_other(code: str, exit_code: int) -> None:
    with pytest.raises(CallRefused) as error:
        Heard().run(LiveAws(run_task=refused(code))).start()
    assert error.value.exit_code == exit_code


def test_a_signal_ends_the_waiting_and_not_the_stop() -> None:
    """Between its start and its stop there is no moment at which a task is left alone."""
    open_to, world, heard = [False], LiveAws(describe_tasks=seen("RUNNING")), Heard(stops_at=3)

    @contextlib.contextmanager
    def interruptible() -> Iterator[None]:
        open_to[0] = True
        try:
            yield
        finally:
            open_to[0] = False

    def stop(**_: Any) -> dict[str, Any]:
        assert not open_to[0]
        return {"task": {}}

    world.answers["stop_task"] = stop
    with pytest.raises(Stopped):
        replace(heard.run(world), interruptible=interruptible).wait(TASK)
    assert len(world.of("stop_task")) == 1


def test_whether_it_started_is_not_known() -> None:
    with pytest.raises(BusyError, match="whether migrate has started is not known") as error:
        Heard().run(LiveAws(run_task=GONE)).start()
    check_aws(error.value.hint.partition("look: ")[2])


def test_a_task_that_never_starts_is_stopped() -> None:
    heard, world = Heard(), LiveAws(describe_tasks=seen("PROVISIONING"))
    with pytest.raises(TimeoutExpired, match="did not start in 30 s: PROVISIONING: no machine yet"):
        heard.run(world, limit=30).wait(TASK)
    assert (world.stopped, heard.said) == ([TASK], [f"stopping task {TASK}"])
    assert 30 <= heard.now < 35


def test_a_task_that_runs_may_take_longer_than_that() -> None:
    looks = [seen("RUNNING")] * 50 + [RAN]
    assert Heard().run(LiveAws(describe_tasks=looks), limit=30).wait(TASK).exit_code == 0


def test_ctrl_c_stops_it() -> None:
    heard, world = Heard(stops_at=3), LiveAws(describe_tasks=seen("RUNNING"))
    with pytest.raises(Stopped):
        heard.run(world).wait(TASK)
    assert world.of("stop_task") == [{"cluster": CLUSTER, "task": TASK, "reason": "stopped by orchestrate"}]


@pytest.mark.parametrize("stop", [refused("ExpiredTokenException"), GONE])
def test_a_task_that_cannot_be_stopped_has_the_command_that_does(stop: Exception) -> None:
    world = LiveAws(describe_tasks=refused("ExpiredTokenException"), stop_task=stop)
    heard = Heard()
    with pytest.raises(CallRefused, match="credentials no longer"):
        heard.run(world).wait(TASK)
    assert f"task {TASK} still runs" in heard.said[1]
    (command,) = re.findall(r"aws ecs stop-task .*", heard.said[2])
    check_aws(command)


def test_an_aws_that_is_away_for_a_moment_leaves_the_task_alone() -> None:
    world = LiveAws(describe_tasks=[GONE, GONE, seen("RUNNING"), GONE, RAN])
    assert Heard().run(world).wait(TASK).exit_code == 0
    assert world.stopped == []


def test_a_task_that_ecs_does_not_show_yet() -> None:
    assert Heard().run(LiveAws(describe_tasks=[{"tasks": []}] * 5 + [RAN])).wait(TASK).exit_code == 0
    with pytest.raises(TaskFailed, match="does not know task"):
        Heard().run(LiveAws(describe_tasks={"tasks": []})).wait(TASK)


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_logs_that_may_not_be_read_are_no_reason_to_leave_the_task(code: str) -> None:
    heard, world = (
        Heard(),
        LiveAws(describe_tasks=[seen("RUNNING"), seen("RUNNING"), RAN], filter_log_events=refused(code)),
    )
    assert heard.run(world).wait(TASK).exit_code == 0
    assert [text.partition(":")[0] for text in heard.said] == ["its lines are not shown"]
    assert len(world.of("filter_log_events")) == 1


def test_errors_are_ours() -> None:
    with pytest.raises(OrchestrateError, match="ecs:RunTask: no"):
        Heard().run(LiveAws(run_task=refused("ClusterNotFoundException"))).start()
