"""The register: a handful of requests whatever the number of tenants, and true whatever its memory says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import layer, stack

from wrapper.model.stack import Backend, Layer
from wrapper.state import index, layer_state
from wrapper.state.record import DeploymentRecord
from wrapper.state.store import LocalStore

STACK = stack()
PREFIX = "ap-southeast-2/app/"


class Counting(LocalStore):
    """A store that counts what it is asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reads: list[str] = []
        self.listings = 0
        self.writes: list[str] = []

    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        self.reads.append(key)
        return super().read_tagged(key)

    def listing(self, prefix: str) -> dict[str, str]:
        self.listings += 1
        return super().listing(prefix)

    def write(self, key: str, data: bytes) -> None:
        self.writes.append(key)
        super().write(key, data)

    def asked(self) -> tuple[int, int]:
        """(listings, reads) since the last time."""
        found = self.listings, len(self.reads)
        self.listings, self.reads = 0, []
        return found


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    store = Counting(tmp_path / "states")
    for name in ("", *(f"t{n}" for n in range(50))):
        put(store, name)
    store.asked()
    return store


class InMemory:
    """A store that counts requests as S3 does: a listing has a thousand keys."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.requests = 0

    def read(self, key: str) -> bytes | None:
        return tagged[0] if (tagged := self.read_tagged(key)) else None

    def read_tagged(self, key: str) -> tuple[bytes, str] | None:
        self.requests += 1
        return (self.objects[key], str(hash(self.objects[key]))) if key in self.objects else None

    def listing(self, prefix: str) -> dict[str, str]:
        found = {k: str(hash(data)) for k, data in self.objects.items() if k.startswith(prefix)}
        self.requests += 1 + len(found) // 1000
        return found

    def write(self, key: str, data: bytes) -> None:
        self.requests += 1
        self.objects[key] = data

    def delete(self, key: str) -> None:
        del self.objects[key]


def test_a_thousand_tenants_cost_a_dozen_requests() -> None:
    record = json.dumps(DeploymentRecord(by="me").as_data()).encode()
    objects = {}
    for number in range(1_000):
        objects[f"{PREFIX}tenants/t{number}/terraform.tfstate"] = b'{"version": 4}'
        objects[f"{PREFIX}tenants/t{number}/orchestrate.json"] = record
    store = InMemory(objects)
    index.read(store, STACK)
    store.requests = 0
    found = index.read(store, STACK)
    assert (len(found.deployed), found.of("t999").record.by) == (1_000, "me")
    assert store.requests <= 12


def put(store: LocalStore, name: str, by: str = "me") -> None:
    store.write(PREFIX + (f"tenants/{name}/" if name else "") + "terraform.tfstate", b'{"version": 4}')
    layer_state.change_record(store, Layer(STACK, name), lambda _: DeploymentRecord(by=by))


def test_each_record_is_read_once_and_then_remembered(store: Counting) -> None:
    first = index.read(store, STACK)
    assert store.asked() == (1, 51)
    second = index.read(store, STACK)
    assert store.asked() == (1, 1)
    assert first == second
    assert (len(second.tenants), second.of("t7").record.by, second.stack_layer.record.by) == (50, "me", "me")


def test_one_that_changed_is_read_anew(store: Counting) -> None:
    index.read(store, STACK)
    layer_state.change_record(store, Layer(STACK, "t7"), lambda _: DeploymentRecord(by="you", seconds=2.0))
    store.asked()
    assert index.read(store, STACK).of("t7").record.by == "you"
    assert store.asked() == (1, 2)
    assert index.read(store, STACK).of("t7").record.by == "you"
    assert store.asked() == (1, 1)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 9}', '{"version": 1}', '{"version":1,"tenants":{"t7":{"tag":1}}}']
)
def test_a_damaged_memory_costs_time_only(store: Counting, text: str) -> None:
    found = index.read(store, STACK)
    store.write(PREFIX + index.MEMORY, text.encode())
    assert index.read(store, STACK) == found


def test_who_is_gone_is_forgotten(store: Counting) -> None:
    index.read(store, STACK)
    for name in ("terraform.tfstate", "orchestrate.json"):
        store.delete(f"{PREFIX}tenants/t7/{name}")
    assert "t7" not in index.read(store, STACK).tenants
    assert "t7" not in json.loads(store.read(PREFIX + index.MEMORY) or b"")["tenants"]


def test_nothing_is_written_where_nothing_is_new(store: Counting) -> None:
    index.read(store, STACK)
    store.writes.clear()
    index.read(store, STACK)
    assert store.writes == []


def test_what_is_there_of_a_tenant(store: Counting) -> None:
    store.delete(f"{PREFIX}tenants/t1/terraform.tfstate")
    store.delete(f"{PREFIX}tenants/t2/orchestrate.json")
    store.write(f"{PREFIX}tenants/t3/terraform.tfstate.tflock", b'{"ID":"1","Who":"a@b","Operation":"o","Created":"c"}')
    found = index.read(store, STACK)
    assert [found.of(t).deployed for t in ("t0", "t1", "t2", "nobody")] == [True, False, True, False]
    assert [found.of(t).locked for t in ("t2", "t3")] == [False, True]
    lock = index.lock_of(store, layer("t3"))
    assert (lock, index.lock_of(store, layer("t4"))) == (index.Lock("1", "a@b", "o", "c"), None)
    assert len(found.deployed) == 49


def test_a_state_changed_by_another_hand_shows(store: Counting) -> None:
    tag = index.read(store, STACK).of("t1").tag
    layer_state.change_record(store, Layer(STACK, "t1"), lambda _: DeploymentRecord(state={"tag": tag}))
    assert index.read(store, STACK).of("t1").touched is False
    store.write(f"{PREFIX}tenants/t1/terraform.tfstate", b'{"version": 4, "serial": 2}')
    assert index.read(store, STACK).of("t1").touched is True


def test_a_key_written_by_hand_is_the_stacks_own(tmp_path: Path) -> None:
    old = stack(backend=Backend("local", {"path": "/s"}, "b", "old/app.tfstate"))
    store = LocalStore(tmp_path)
    store.write("old/app.tfstate", b'{"version": 4}')
    layer_state.change_record(store, Layer(old), lambda _: DeploymentRecord(by="me"))
    found = index.read(store, old)
    assert (found.stack_layer.deployed, found.stack_layer.record.by, found.tenants) == (True, "me", {})


def test_nothing_there(tmp_path: Path) -> None:
    assert index.read(LocalStore(tmp_path / "none"), STACK) == index.TenantIndex(index.LayerStatus(), {})
    assert not (tmp_path / "none").exists()
