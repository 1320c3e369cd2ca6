"""What is written beside a state when an apply has ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import layer

from wrapper.deploy.recorder import Recorder, rollback_command
from wrapper.model.errors import OrchestrateError, SmokeFailed
from wrapper.model.keys import state_key
from wrapper.model.nouns import Layer, Settings
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


def test_a_failed_try_is_noted_where_there_is_a_state(recorder: Recorder, store: LocalStore) -> None:
    recorder.failed(ACME, OrchestrateError("no"))
    assert list(store.listing("")) == []
    store.write(state_key(ACME), b"{}")
    recorder.failed(ACME, OrchestrateError("no"))
    found = layer_state.load_record(store, ACME).failed
    assert (found["by"], found["error"]) == ("jane", "no")


def _state(serial: int, lineage: str = "l") -> bytes:
    return f'{{"version": 4, "serial": {serial}, "lineage": "{lineage}"}}'.encode()


@pytest.mark.parametrize(
    ("now", "taken"), [(_state(4), True), (_state(3), False), (_state(5), False), (_state(4, "other"), False)]
)
def test_only_the_next_state_is_the_tools_own(recorder: Recorder, store: LocalStore, now: bytes, taken: bool) -> None:
    layer_state.write_record(store, ACME, DeploymentRecord(by="me", state={"serial": 3, "lineage": "l", "tag": "t"}))
    store.write(state_key(ACME), now)
    after = recorder.rewritten(ACME, ({"serial": 3, "lineage": "l"}, "t"))
    assert (layer_state.load_record(store, ACME).tag == after[1]) is taken


def added(store: LocalStore, record: DeploymentRecord) -> None:
    add: Callable[[history.History], history.History] = lambda applies: history.added(applies, record)  # noqa: E731
    layer_state.write_record(store, ACME, record)
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
