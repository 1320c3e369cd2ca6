"""The book beside the states: of many that write at the same moment each gets a slot of its own, and none is lost."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fakes import S3, stack

from wrapper.aws import identity
from wrapper.deploy.lb_slots.slot_table import SlotTableStore
from wrapper.deploy.lb_slots.slots import PER_LOAD_BALANCER
from wrapper.model.errors import BusyError, ConfigError
from wrapper.sandbox.lifecycle import Sandbox, Seed
from wrapper.state.store import LocalStore, Store, open_store

STACK = stack()
KEY = "ap-southeast-2/app/allotments.json"
MANY = 15  # processes, of which half bring five tenants each, and half one


@dataclass
class Overtaken(LocalStore):
    """A folder in which somebody else writes each time that we have read, so often."""

    folder: Path
    others: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.folder)

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        if self.others:
            self.others.pop()()
        return super().write_if(key, data, tag)


def slot_store(store: Store, by: str = "me", **changes: Any) -> SlotTableStore:
    return SlotTableStore(store, STACK, by, **changes)


def given(store: Store) -> dict[str, tuple[int, int]]:
    table = json.loads(store.read(KEY) or b"{}")
    return {name: (e["load_balancer"], e["priority"]) for name, e in table["tenants"].items()}


def test_an_allotment_is_written_once(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    assert slot_store(store).read().tenants == {}
    slot_store(store).assign({"acme": {}})
    before = store.read(KEY)
    slot_store(store, "you").assign({"acme": {}})
    assert store.read(KEY) == before
    slot_store(store, "you").release(["nobody"])
    assert store.read(KEY) == before
    assert json.loads(before or b"")["tenants"]["acme"]["by"] == "me"


def test_looking_writes_nothing(tmp_path: Path) -> None:
    slot_store(LocalStore(tmp_path / "states")).read()
    assert not (tmp_path / "states").exists()


def test_who_was_overtaken_looks_again(tmp_path: Path) -> None:
    other = slot_store(LocalStore(tmp_path), "you")
    store = Overtaken(tmp_path, [lambda: other.assign({"b": {}}), lambda: other.assign({"a": {}})])
    waited: list[float] = []
    slot_store(store, wait=waited.append).assign({"acme": {}})
    assert given(store) == {"a": (1, 10101), "b": (1, 10102), "acme": (1, 10103)}
    assert len(waited) == 2 and all(0 <= w <= 2 for w in waited)


def test_who_is_always_overtaken_gives_up_and_changes_nothing(tmp_path: Path) -> None:
    other = slot_store(LocalStore(tmp_path), "you")
    store = Overtaken(tmp_path, [lambda n=n: other.assign({f"t{n}": {}}) for n in range(99)])  # type: ignore[misc]
    with pytest.raises(BusyError, match="other commands keep writing its slot table") as error:
        slot_store(store, wait=lambda _: None).assign({"acme": {}})
    assert "run the command again" in error.value.hint
    assert "acme" not in given(store)


def test_another_tenants_destroy_changes_nothing_of_mine(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    slot_store(store).assign({"a": {}, "b": {}, "c": {}})
    slot_store(store).release(["a", "c"])
    assert given(store) == {"b": (1, 10102)}


def test_a_damaged_book_is_not_written_over(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write(KEY, b"")
    with pytest.raises(ConfigError, match="damaged"):
        slot_store(store).assign({"acme": {}})
    assert store.read(KEY) == b""


def test_a_stack_that_is_gone_has_no_book(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    slot_store(store).forget()
    slot_store(store).assign({"acme": {}})
    slot_store(store).forget()
    assert list(store.listing("")) == []


# -- many processes at the same moment -----------------------------------------------------------


def _come(number: int, open_: Callable[[], Store], start: Any) -> None:
    names = [f"t{number}-{n}" for n in range(5 if number % 2 else 1)]
    store = open_()
    start.wait()
    slot_store(store, f"process {number}").assign({name: {} for name in names})
    if number % 3 == 0:
        slot_store(store, f"process {number}").release(names[:1])


def _all_at_once(open_: Callable[[], Store]) -> None:
    """Every process begins at one barrier; each third gives its first slot back at once."""
    context = multiprocessing.get_context("fork")  # each has imported what it needs; who writes first is open
    start = context.Barrier(MANY)
    crowd = [context.Process(target=_come, args=(n, open_, start)) for n in range(MANY)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(120)
    assert [one.exitcode for one in crowd] == [0] * MANY


def _nothing_lost(store: Store) -> None:
    found = given(store)
    assert found.keys() == {
        f"t{number}-{n}"
        for number in range(MANY)
        for n in range(5 if number % 2 else 1)
        if not (number % 3 == 0 and n == 0)
    }
    assert len(set(found.values())) == len(found) <= PER_LOAD_BALANCER
    assert len(json.loads(store.read(KEY) or b"")["freed"]) == MANY // 3


def test_many_processes_and_one_folder(tmp_path: Path) -> None:
    _all_at_once(partial(LocalStore, tmp_path))
    _nothing_lost(LocalStore(tmp_path))
    assert [f.name for f in tmp_path.rglob("*") if f.is_file()] == ["allotments.json"]


@pytest.mark.sandbox
def test_many_processes_and_one_bucket(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "sandbox", "/projects/allotments")
    try:
        endpoint = sandbox.start(Seed(buckets=(("states", "ap-southeast-2"),)))
        bucket = partial(open_store, stack(backend=S3), identity.sandbox(endpoint.url))
        _all_at_once(bucket)
        _nothing_lost(bucket())
    finally:
        sandbox.stop()
