"""A task of a deploy, run: waited for, bounded, judged, and in the history with the builds that it ran with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from fakes import layer
from live_aws import IDS, MIGRATE, RUN_TASK, LiveAws

from wrapper.aws.calls import AwsCalls
from wrapper.deploy.deploy_task_run import DeployTaskRunner
from wrapper.deploy.deploy_tasks import DeployTask
from wrapper.model.errors import OrchestrateError, Stopped, TaskFailed, TimeoutExpired
from wrapper.run.signals import SignalHandler
from wrapper.state import task_history
from wrapper.state.store import LocalStore
from wrapper.state.task_history import TaskEntry

TASK = DeployTask(layer("acme"), "migrate", "before_deploy", RUN_TASK["migrate"], {"service1-build": "2"})
ID = IDS[MIGRATE]
LABEL = f"{TASK.layer.label}: before_deploy: migrate"


class Waiting(SignalHandler):
    """Time goes by while it waits. ``stops_at``: seconds after which a signal comes."""

    def __init__(self, stops_at: float = 1e9) -> None:
        super().__init__(lambda _: None)
        self.now, self.stops_at = 0.0, stops_at

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds
        if self.now >= self.stops_at:
            raise Stopped("stopped by SIGTERM", signum=15)


@dataclass
class Ran:
    folder: Path
    world: LiveAws
    signals: Waiting = field(default_factory=Waiting)
    said: list[str] = field(default_factory=list)

    @property
    def store(self) -> LocalStore:
        return LocalStore(self.folder)

    def run(self, limit: str = "", beat: Callable[[], None] = lambda: None) -> None:
        calls = AwsCalls(lambda: self.world, "ap-southeast-2", "r/s", lambda _: None)
        clock = self.signals.clock
        runner = DeployTaskRunner(calls, lambda: self.store, "me-1", "me", "https://ci/7", limit, clock)
        runner.run(replace(TASK, beat=beat), self.signals, self.said.append)

    @property
    def entry(self) -> TaskEntry:
        [one] = task_history.load(self.store, TASK.layer)
        return one


def seen(status: str, **more: Any) -> dict[str, Any]:
    return {"tasks": [{"taskArn": f"a/c/{ID}", "lastStatus": status, "containers": [], **more}]}


def ended(code: int) -> dict[str, Any]:
    return seen("STOPPED", stoppedReason="done", containers=[{"name": "web", "exitCode": code}])


def test_its_lines_are_shown_and_it_is_in_the_history(tmp_path: Path) -> None:
    one = Ran(tmp_path, LiveAws(describe_tasks=ended(0)))
    one.run()
    assert one.said[0] == f"{TASK.layer.label}: started migrate: task {ID}"
    assert any(line.startswith(f"{LABEL}: task {ID} ended well after") for line in one.said)
    [request] = one.world.of("run_task")
    assert (request["startedBy"], request["taskDefinition"]) == ("orchestrate/me-1", MIGRATE)
    entry = one.entry
    assert (entry.name, entry.result, entry.builds) == ("migrate (before_deploy)", "0", {"service1-build": "2"})
    assert (entry.by, entry.build_url) == ("me", "https://ci/7")


def test_others_hear_that_it_goes_on(tmp_path: Path) -> None:
    beats: list[int] = []
    one = Ran(tmp_path, LiveAws(describe_tasks=[seen("RUNNING"), seen("RUNNING"), ended(0)]))
    one.run(beat=lambda: beats.append(1))
    assert len(beats) >= 2


@pytest.mark.parametrize(
    ("answer", "signals", "limit", "error", "words", "code", "result"),
    [
        (ended(3), Waiting(), "", TaskFailed, r"migrate: task d+ failed \(web 3\): done", 1, "1"),
        (seen("RUNNING"), Waiting(), "5m", TimeoutExpired, "took longer than 5m, and is stopped", 124, "stopped"),
        (seen("RUNNING"), Waiting(9), "", Stopped, "stopped by SIGTERM", 143, "stopped"),
        (seen("PROVISIONING"), Waiting(), "", TimeoutExpired, "did not start in 600 s", 124, "not started"),
    ],
)
def test_what_does_not_end_well(
    tmp_path: Path,
    answer: Any,
    signals: Waiting,
    limit: str,
    error: type[OrchestrateError],
    words: str,
    code: int,
    result: str,
) -> None:
    one = Ran(tmp_path, LiveAws(describe_tasks=answer), signals)
    with pytest.raises(error, match=words) as raised:
        one.run(limit)
    assert (raised.value.exit_code, one.entry.result) == (code, result)
    assert [c["task"] for c in one.world.of("stop_task")] == ([] if result == "1" else [ID])
