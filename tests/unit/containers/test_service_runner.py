"""What the scheduler decides, carried out on a fake engine; RunTask, StopTask, and the most tasks that there may be."""

from __future__ import annotations

from typing import Any

from fake_engine import SERVICE, FakePlane

from wrapper.containers.service_runner import MOST_TASKS, NO_PLACE


def test_there_is_a_place_for_sixty_tasks_and_the_event_says_so_once() -> None:
    plane = FakePlane()
    for _ in range(2):
        plane.schedule(desired=MOST_TASKS + 2)
    assert (len(plane.state.tasks), plane.state.happened) == (MOST_TASKS, {SERVICE.arn: [NO_PLACE]})


def test_tasks_of_a_service_that_is_gone_end() -> None:
    plane = FakePlane()
    plane.schedule()
    plane.hear()
    plane.services.end_orphans({})
    assert plane.statuses() == ["STOPPING"]


def one_off(begun: bool, **stops: str) -> dict[str, Any]:
    asked = {"arn": "arn:task/c/1", "definition": "web:1", "overrides": [], "begun": begun}
    return {"tasks": [asked], "stops": {f"arn:task/c/{name}": reason for name, reason in stops.items()}}


def test_what_run_task_started_runs_once_and_stop_task_ends_it() -> None:
    plane = FakePlane()
    plane.state.world = {**plane.state.world, **one_off(begun=False)}
    for _ in range(2):
        plane.services.run_one_off()
    plane.hear()
    assert (plane.statuses(), len(plane.engine.running)) == (["RUNNING"], 1)
    plane.state.world = {**plane.state.world, "stops": {"arn:task/c/1": "by hand"}}
    plane.services.run_one_off()
    plane.hear()
    [task] = plane.state.tasks.values()
    assert (task.status, task.code, task.reason) == ("STOPPED", "UserInitiated", "by hand")


def test_one_that_an_earlier_data_plane_began_is_lost() -> None:
    plane = FakePlane()
    plane.state.world = {**plane.state.world, **one_off(begun=True)}
    plane.services.run_one_off()
    [task] = plane.state.tasks.values()
    assert (task.status, task.reason) == ("STOPPED", "Task was lost with the sandbox's data plane")
