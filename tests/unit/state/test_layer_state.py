"""What is kept in the state's place: read as data, never written by us; and a folder as such a place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import LOCAL, layer, stack

from wrapper.deploy.lb_slots import slot_table
from wrapper.model.errors import BusyError, ConfigError
from wrapper.model.stack import Backend, Layer
from wrapper.state import history, layer_state
from wrapper.state.history import HistoryEntry
from wrapper.state.record import DeploymentRecord
from wrapper.state.store import LocalStore

GOOD = {"version": 4, "serial": 3, "outputs": {"url": {"value": "u", "type": "string"}}, "resources": [{"type": "x"}]}
EMPTY = {"version": 4, "serial": 4, "outputs": {}, "resources": []}
KEY = "ap-southeast-2/app/tenants/acme/terraform.tfstate"
ACME = layer("acme", backend=LOCAL)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "states")


def test_a_state_is_read_as_data(store: LocalStore) -> None:
    assert layer_state.load(store, ACME) is None
    store.write(KEY, json.dumps(GOOD).encode())
    assert layer_state.load(store, ACME) == GOOD
    assert layer_state.load(store, Layer(ACME.stack)) is None


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"null", b"\xff"])
def test_a_damaged_state_is_no_missing_state(store: LocalStore, data: bytes) -> None:
    store.write(KEY, data)
    with pytest.raises(ConfigError) as error:
        layer_state.load(store, ACME)
    assert error.value.message == f"the state of {ACME.label} is damaged ({len(data)} bytes)"
    assert error.value.where == KEY


@pytest.mark.parametrize(
    ("data", "outputs", "empty"),
    [
        (GOOD, {"url": "u"}, False),
        (EMPTY, {}, True),
        (None, {}, True),
        ({"version": 4}, {}, True),
        ({"outputs": None}, {}, True),
    ],
)
def test_outputs_and_emptiness(data: dict[str, Any] | None, outputs: dict[str, Any], empty: bool) -> None:
    assert layer_state.outputs(data) == outputs
    assert layer_state.is_empty(data) is empty


def test_who_is_deployed(store: LocalStore) -> None:
    for key in (
        KEY,
        "ap-southeast-2/app/tenants/globex/terraform.tfstate",
        "ap-southeast-2/app/tenants/gone/orchestrate.json",
        "ap-southeast-2/app/tenants/deep/er/terraform.tfstate",
        "ap-southeast-2/app/tenants/terraform.tfstate",
        "ap-southeast-2/app/terraform.tfstate",
        "ap-southeast-2/app2/tenants/other/terraform.tfstate",
    ):
        store.write(key, b"{}")
    assert layer_state.deployed(store, ACME.stack) == ["acme", "globex"]


@pytest.mark.parametrize(
    ("data", "record"),
    [
        (None, DeploymentRecord()),
        (b"", DeploymentRecord()),
        (b"{", DeploymentRecord(damaged=True)),
        (b"[]", DeploymentRecord(damaged=True)),
        (b'{"by": "me"}', DeploymentRecord(by="me")),
    ],
)
def test_a_record_that_cannot_be_read_is_damaged(
    store: LocalStore, data: bytes | None, record: DeploymentRecord
) -> None:
    if data is not None:
        store.write(layer_state.record_key(ACME), data)
    assert layer_state.load_record(store, ACME) == record


def test_a_record_stands_beside_its_state(store: LocalStore) -> None:
    layer_state.change_record(store, ACME, lambda _: DeploymentRecord(by="me"))
    assert list(store.listing("")) == ["ap-southeast-2/app/tenants/acme/orchestrate.json"]
    assert layer_state.load_record(store, ACME) == DeploymentRecord(by="me")


def test_two_stacks_of_old_in_one_folder_have_two_records(store: LocalStore) -> None:
    one, other = (
        Layer(stack(backend=Backend("local", {"path": "/s"}, "b", f"old/{n}.tfstate"))) for n in ("one", "two")
    )
    layer_state.change_record(store, one, lambda _: DeploymentRecord(by="one"))
    layer_state.change_record(store, other, lambda _: DeploymentRecord(by="other"))
    assert layer_state.load_record(store, one) == DeploymentRecord(by="one")


@pytest.mark.parametrize(
    ("data", "left"), [(EMPTY, []), (None, []), (GOOD, [KEY.replace("terraform.tfstate", "orchestrate.json"), KEY])]
)
def test_only_an_empty_state_is_forgotten(store: LocalStore, data: dict[str, Any] | None, left: list[str]) -> None:
    if data is not None:
        store.write(KEY, json.dumps(data).encode())
    layer_state.change_record(store, ACME, lambda _: DeploymentRecord(by="me"))
    layer_state.forget(store, ACME, HistoryEntry())
    assert list(store.listing("")) == sorted(left)


def test_a_destroy_leaves_the_builds_that_ran_until_then(store: LocalStore) -> None:
    layer_state.change_record(store, ACME, lambda _: DeploymentRecord(by="me", builds={"api-build": "90"}))
    layer_state.change_history(store, ACME, lambda h: history.added(h, DeploymentRecord(run="r")))
    layer_state.forget(store, ACME, HistoryEntry(at="2026-01-02T03:04:05Z", by="you"))
    assert list(store.listing("")) == [KEY.replace("terraform.tfstate", "orchestrate-history.json")]
    gone = layer_state.load_destroyed(store, ACME)
    assert gone and (gone.at, gone.by, gone.builds) == ("2026-01-02T03:04:05Z", "you", {"api-build": "90"})
    assert layer_state.load_history(store, ACME) == (), "as an older tool reads it"
    layer_state.change_history(store, ACME, lambda h: history.added(h, DeploymentRecord(run="s")))
    assert [e.number for e in layer_state.load_history(store, ACME)] == [1]
    assert layer_state.load_destroyed(store, ACME) is None, "the next apply begins a history"


class Meanwhile(LocalStore):
    """Another command writes the record after each reading of it."""

    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        found = super().read_tagged(key)
        if key.endswith("orchestrate.json") and found:
            layer_state.change_record(LocalStore(self._folder), ACME, lambda _: DeploymentRecord(by="other"))
        return found


@pytest.mark.parametrize(
    "act", [layer_state.drop_if_empty, lambda store, layer: layer_state.forget(store, layer, HistoryEntry())]
)
def test_what_another_command_writes_meanwhile_is_not_removed(
    tmp_path: Path, act: Callable[[LocalStore, Layer], None]
) -> None:
    LocalStore(tmp_path).write(KEY, json.dumps(EMPTY).encode())
    LocalStore(tmp_path).write(layer_state.record_key(ACME), b"{}")
    act(Meanwhile(tmp_path), ACME)
    assert layer_state.load_record(LocalStore(tmp_path), ACME).by == "other"
    assert layer_state.load(LocalStore(tmp_path), ACME) == EMPTY


# -- a write whose answer is lost -------------------------------------------------------------------


class Lossy(LocalStore):
    """Writes, loses the answer and asks again, as botocore does, perhaps after another command wrote: it is overtaken."""

    def __init__(self, folder: Path, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__(folder)
        self._meanwhile = meanwhile
        self.lost = 0

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        written = super().write_if(key, data, tag)
        if self.lost or not written:
            return written
        self.lost += 1
        self._meanwhile()
        return False


MINE, OTHERS = DeploymentRecord(by="me", run="1"), DeploymentRecord(by="you", run="2")


def note(store: LocalStore, record: DeploymentRecord) -> None:
    layer_state.change_history(store, ACME, lambda applies: history.added(applies, record))


@pytest.mark.parametrize("others", [0, 1])
def test_an_apply_stands_in_the_history_once_whatever_becomes_of_the_answer(tmp_path: Path, others: int) -> None:
    store = Lossy(tmp_path, lambda: [note(LocalStore(tmp_path), OTHERS) for _ in range(others)].clear())
    note(store, MINE)
    found = [(e.number, e.by) for e in layer_state.load_history(store, ACME)]
    assert (store.lost, found) == (1, [(1, "me"), (2, "you")][: 1 + others])


def test_the_failure_of_an_apply_is_its_own(tmp_path: Path) -> None:
    """Its smoke test takes a while, and Terraform's lock is gone by then."""
    store = Lossy(tmp_path, lambda: note(LocalStore(tmp_path), OTHERS))
    note(LocalStore(tmp_path), MINE)
    layer_state.change_history(store, ACME, lambda applies: history.with_failure(applies, MINE.run, "no answer"))
    found = [(e.by, e.failed) for e in layer_state.load_history(store, ACME)]
    assert (store.lost, found) == (1, [("me", "no answer"), ("you", "")])


def test_a_slot_is_given_once_whatever_becomes_of_the_answer(tmp_path: Path) -> None:
    other = slot_table.SlotTableStore(LocalStore(tmp_path), ACME.stack, "you")
    store = Lossy(tmp_path, lambda: other.assign({"globex": {}}) and None)
    table = slot_table.SlotTableStore(store, ACME.stack, "me", wait=lambda _: None).assign({"acme": {}})
    slots = {name: entry.slot.priority for name, entry in table.tenants.items()}
    assert (store.lost, slots, table.freed) == (1, {"acme": 10101, "globex": 10102}, ())


class Busy(LocalStore):
    """Another writer comes first, so often."""

    others = 1

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        if self.others:
            self.others -= 1
            self.write(key, json.dumps({"version": 2, "by": "another", "seconds": self.others}).encode())
        return super().write_if(key, data, tag)


def test_a_record_is_changed_beside_what_another_writes(tmp_path: Path) -> None:
    store = Busy(tmp_path)
    layer_state.change_record(store, layer("acme"), lambda one: replace(one, url="u"))
    assert (layer_state.load_record(store, layer("acme")).by, layer_state.load_record(store, layer("acme")).url) == (
        "another",
        "u",
    )
    store.others = 99
    with pytest.raises(BusyError, match="other commands keep writing its record"):
        layer_state.change_record(store, layer("acme"), lambda one: replace(one, url="v"))
