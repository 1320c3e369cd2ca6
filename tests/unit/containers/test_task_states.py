"""The life of a task, step by step."""

from __future__ import annotations

from wrapper.containers import task_states
from wrapper.containers.nouns import Attachment, Stop, Task, TaskContainer

WEB = TaskContainer("web", "c1", "web:1", status="RUNNING", ports={8080: 4711}, checked=True)
SIDE = TaskContainer("side", "c2", "side:1", status="RUNNING", essential=False)
NEW = Task("arn:task/cluster/abc", "web:1", 0.0, "arn:service", "dep", status="PENDING")
RUNS = task_states.running(NEW, [WEB, SIDE], [Attachment("group", "web", 8080)], 1.0)
STOP = Stop(NEW.arn, "Scaling activity initiated by (deployment dep)")


def test_a_running_task_is_registered_with_its_port_of_this_machine() -> None:
    [target] = RUNS.targets
    assert (RUNS.status, RUNS.started, target.host_port, target.state) == ("RUNNING", 1.0, 4711, "initial")
    assert task_states.running(NEW, [SIDE], [Attachment("group", "web", 8080)], 1.0).targets == ()


def test_a_task_that_cannot_start_says_why() -> None:
    failed = task_states.not_started(NEW, "CannotPullContainerError: no", 2.0)
    assert (failed.status, failed.code, failed.reason) == (
        "STOPPED",
        "TaskFailedToStart",
        "CannotPullContainerError: no",
    )


def test_the_end_of_an_essential_container_ends_the_task() -> None:
    ended = task_states.died(RUNS, "c1", 1, "", 3.0)
    assert (ended.status, ended.code, ended.reason) == ("STOPPING", "EssentialContainerExited", task_states.EXITED)
    assert (ended.targets, ended.containers[0].exit_code, ended.replaced) == ((), 1, False)
    assert task_states.died(RUNS, "c2", 1, "", 3.0).status == "RUNNING"


def test_a_task_that_is_not_wanted_drains_first() -> None:
    draining = task_states.ended(RUNS, STOP, 10.0)
    assert (draining.status, draining.targets[0].state, draining.replaced) == ("DEACTIVATING", "draining", True)
    assert task_states.drained(draining, {"group": 5.0}, 14.9) == draining
    assert task_states.drained(draining, {"group": 5.0}, 15.0).status == "STOPPING"
    assert task_states.drained(RUNS, {}, 100.0) == RUNS


def test_one_without_targets_stops_at_once() -> None:
    assert task_states.ended(NEW, STOP, 1.0).status == "STOPPING"
    stopped = task_states.stopped(task_states.ended(NEW, STOP, 1.0), {}, 2.0)
    assert (stopped.status, task_states.ended(stopped, STOP, 3.0)) == ("STOPPED", stopped)


def test_exit_codes_are_those_of_the_end() -> None:
    ended = task_states.died(RUNS, "c1", 1, "", 3.0)
    codes = [c.exit_code for c in task_states.stopped(ended, {"c1": 99, "c2": 143}, 4.0).containers]
    assert codes == [1, 143]


def test_a_health_check_of_a_container_counts_where_the_definition_has_one() -> None:
    assert task_states.checked(RUNS, "c1", "unhealthy").containers[0].health == "UNHEALTHY"
    assert task_states.checked(RUNS, "c2", "unhealthy").containers[1].health == "UNKNOWN"
