"""Tasks on a fake engine: started, failed, died, ended."""

from __future__ import annotations

from fake_engine import FakeEngine, FakePlane

from wrapper.containers.nouns import Stop
from wrapper.containers.task_states import ended


def test_a_task_runs_and_ends() -> None:
    plane = FakePlane()
    plane.schedule()
    assert plane.statuses() == ["PENDING"]
    plane.hear()
    [task] = plane.state.tasks.values()
    assert (task.status, list(plane.engine.running)) == ("RUNNING", ["id-0"])
    assert plane.engine.running["id-0"]["orchestrate.sandbox.task"] == task.arn
    plane.runner.change(task.arn, lambda one: ended(one, Stop(task.arn, "enough"), 5.0))
    plane.hear()
    [task] = plane.state.tasks.values()
    assert (task.status, task.reason, task.containers[0].exit_code, plane.engine.running) == (
        "STOPPED",
        "enough",
        143,
        {},
    )


def test_one_that_cannot_start_counts_against_its_deployment() -> None:
    plane = FakePlane(FakeEngine("CannotPullContainerError: no"))
    plane.schedule()
    plane.hear()
    [task] = plane.state.tasks.values()
    assert (task.status, task.reason, plane.state.deployments["d1"].failed) == ("STOPPED", plane.engine.broken, 1)


def test_a_death_that_is_told_before_the_start_counts_when_the_task_is_known() -> None:
    plane = FakePlane()
    plane.schedule()
    plane.runner.died("id-0", 7, "")
    plane.hear()
    [task] = plane.state.tasks.values()
    assert (task.status, task.containers[0].exit_code) == ("STOPPING", 7)
