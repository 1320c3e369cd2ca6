"""What is written beside a state when an apply has ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cloud import Cloud
from fakes import layer
from project_on_disk import Disk

from wrapper.deploy.recorder import Before, Recorder, rollback_command
from wrapper.model.errors import OrchestrateError, SmokeFailed
from wrapper.model.nouns import Outcome, Run, Step
from wrapper.model.stack import Layer, Settings, state_key
from wrapper.state import history, layer_state
from wrapper.state.record import DeploymentRecord, Trigger
from wrapper.state.store import LocalStore

ACME = layer("acme")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


@pytest.fixture
def recorder(store: LocalStore) -> Recorder:
    return Recorder(lambda: store, "me-here-1", Trigger("jane"), "abc")


@pytest.mark.parametrize(
    ("one", "command"),
    [
        (ACME, "./orchestrate rollback app ap-southeast-2 -var tenant=acme"),
        (layer(), "./orchestrate rollback app ap-southeast-2"),
        (
            layer("acme", settings=Settings(protected=True)),
            "./orchestrate rollback app ap-southeast-2 -var tenant=acme --confirm ap-southeast-2/app/acme",
        ),
    ],
)
def test_the_command_that_puts_back(one: Layer, command: str) -> None:
    assert rollback_command(one) == command


def test_a_failed_try_is_noted_beside_the_last_apply(recorder: Recorder, store: LocalStore) -> None:
    recorder.ended(ACME, Before(), ({"serial": 1, "lineage": "l"}, "t"), OrchestrateError("no"))
    found = layer_state.load_record(store, ACME).failed
    assert (found["by"], found["error"]) == ("jane", "no")


@pytest.mark.parametrize(
    ("serial", "lineage", "noted"), [(5, "l", False), (4, "l", True), (3, "l", True), (5, "other", True)]
)
def test_a_failed_try_is_not_noted_beside_a_later_apply(
    recorder: Recorder, store: LocalStore, serial: int, lineage: str, noted: bool
) -> None:
    winner = DeploymentRecord(run="w", state={"serial": serial, "lineage": lineage, "tag": "t"})
    layer_state.change_record(store, ACME, lambda _: winner)
    recorder.ended(ACME, Before(), ({"serial": 4, "lineage": "l"}, "mine"), OrchestrateError("the roll-out failed"))
    assert bool(layer_state.load_record(store, ACME).failed) is noted


class Crowded(LocalStore):
    """Another command writes the record each time between the reading and the writing of it."""

    others: tuple[bytes, ...] = ()

    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        found = super().read_tagged(key)
        if key == layer_state.record_key(ACME) and self.others:
            other, *rest = self.others
            self.others = tuple(rest)
            super().write_if(key, other, found[1] if found else None)
        return found


def test_a_failed_try_never_takes_the_place_of_a_record_that_came_meanwhile(tmp_path: Path) -> None:
    store = Crowded(tmp_path)
    layer_state.change_record(store, ACME, lambda _: DeploymentRecord(run="old", state={"serial": 3, "lineage": "l"}))
    winner = DeploymentRecord(run="winner", builds={"a-build": "91"}, state={"serial": 5, "lineage": "l"})
    store.others = (json.dumps(winner.as_data()).encode(),)
    loser = Recorder(lambda: store, "loser", Trigger(), "abc")
    loser.ended(ACME, Before(), ({"serial": 4, "lineage": "l"}, "t"), OrchestrateError("no"))
    assert layer_state.load_record(store, ACME) == winner


def _state(serial: int, lineage: str = "l") -> bytes:
    return f'{{"version": 4, "serial": {serial}, "lineage": "{lineage}"}}'.encode()


@pytest.mark.parametrize(
    ("now", "taken"), [(_state(4), True), (_state(3), False), (_state(5), False), (_state(4, "other"), False)]
)
def test_only_the_next_state_is_the_tools_own(recorder: Recorder, store: LocalStore, now: bytes, taken: bool) -> None:
    layer_state.change_record(
        store, ACME, lambda _: DeploymentRecord(by="me", state={"serial": 3, "lineage": "l", "tag": "t"})
    )
    store.write(state_key(ACME), now)
    after = recorder.rewritten(ACME, ({"serial": 3, "lineage": "l"}, "t"))
    assert (layer_state.load_record(store, ACME).tag == after[1]) is taken


def added(store: LocalStore, record: DeploymentRecord) -> None:
    add: Callable[[history.History], history.History] = lambda applies: history.added(applies, record)  # noqa: E731
    layer_state.change_record(store, ACME, lambda _: record)
    layer_state.change_history(store, ACME, add)


def test_a_failed_smoke_test_marks_its_apply_and_says_what_ran_before(recorder: Recorder, store: LocalStore) -> None:
    store.write(state_key(ACME), b"{}")
    first, second = (DeploymentRecord(builds={"a-build": str(n)}, run=f"r{n}", inputs={"x": "1"}) for n in (1, 2))
    added(store, first)
    added(store, second)
    error = SmokeFailed("it answers 500")
    recorder.record_failed_check(ACME, second, error)
    assert error.hint == "put back a-build 1: ./orchestrate rollback app ap-southeast-2 -var tenant=acme"
    assert [one.failed for one in layer_state.load_history(store, ACME)] == ["", "it answers 500"]


def test_a_failed_smoke_test_is_no_fault_of_the_apply_that_came_after(recorder: Recorder, store: LocalStore) -> None:
    first, second = (DeploymentRecord(builds={"a-build": str(n)}, run=f"r{n}", inputs={"x": "1"}) for n in (1, 2))
    added(store, first)
    added(store, second)
    recorder.record_failed_check(ACME, first, SmokeFailed("it answers 500"))
    assert layer_state.load_record(store, ACME) == second
    assert [one.failed for one in layer_state.load_history(store, ACME)] == ["it answers 500", ""]


# -- two commands, one record -------------------------------------------------------------------


@pytest.fixture
def made(example: Disk) -> Cloud:
    cloud = Cloud(example)
    cloud.perform("apply", "acme")
    return cloud


def meanwhile(made: Cloud, change: Callable[[DeploymentRecord], DeploymentRecord]) -> None:
    """Another command changes the record while the next apply runs."""

    def behave(run: Run, step: Step) -> Outcome:
        if step.argv[1] == "apply":
            layer_state.change_record(made.deployer().store, run.layer, change)
        return made.behave(run, step)

    made.engine.behaviour = behave


def test_an_apply_leaves_the_record_of_a_later_one(made: Cloud) -> None:
    winner = DeploymentRecord(run="winner", inputs={"x": "1"}, state={"serial": 9, "lineage": "l", "tag": "t"})
    entries = made.record("acme")["run"]
    meanwhile(made, lambda _: winner)
    made.perform("apply", "acme", "-var", "service1-build=91")
    assert made.record("acme") == winner.as_data()
    deployer = made.deployer()
    history_of_acme = layer_state.load_history(deployer.store, Layer(deployer.stack, "acme"))
    assert [e.run for e in history_of_acme] == [entries]


def test_an_apply_leaves_the_failure_of_a_try_that_came_between(made: Cloud) -> None:
    meanwhile(made, lambda record: record.after_failure("2026-01-01T00:00:00Z", "other", "no"))
    made.perform("apply", "acme", "-var", "service1-build=91")
    assert (made.record("acme")["builds"]["service1-build"], made.record("acme")["failed"]["by"]) == ("91", "other")
    made.engine.behaviour = made.behave
    made.perform("apply", "acme", "-var", "service1-build=91")
    assert "failed" not in made.record("acme")


def test_a_state_that_was_put_back_is_no_reason_to_leave_a_record(made: Cloud) -> None:
    """Its serial is lower than the record's, after the apply too."""
    layer_state.change_record(
        made.deployer().store,
        Layer(made.deployer().stack, "acme"),
        lambda record: replace(record, state={"serial": 9, "lineage": "l", "tag": "t"}),
    )
    made.perform("apply", "acme", "-var", "service1-build=91")
    assert (made.record("acme")["builds"]["service1-build"], made.record("acme")["state"]["serial"]) == ("91", 1)
