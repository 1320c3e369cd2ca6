"""Whether a layer is stopped and when it ends, in one object beside its state."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from project_on_disk import REGION, Disk

from wrapper.model.errors import BusyError, ConfigError, NewerError
from wrapper.model.stack import Layer
from wrapper.project.project import Project
from wrapper.state import layer_state, lifetime
from wrapper.state.lifetime import NOTHING, Lifetime, StoppedLayer, StoppedService, TenantEnd
from wrapper.state.store import LocalStore

STOPPED = StoppedLayer(
    "2026-01-02T03:04:05Z", "me", "audit", services={"acme": StoppedService(2, {"A": True})}, alarms=("a",)
)
END = TenantEnd(1.5e9, "ci", "pr 7")


@pytest.fixture
def layer(example: Disk) -> Layer:
    return Layer(Project(example.root, example.root / ".orchestrate", lambda _: None).stack("app-test", REGION), "acme")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "states")


def test_it_is_read_as_it_was_written(layer: Layer, store: LocalStore) -> None:
    assert lifetime.load(store, layer) == NOTHING
    lifetime.change(store, layer, lambda now: replace(now, stopped=STOPPED))
    both = lifetime.change(store, layer, lambda now: replace(now, expires=END))
    assert both == lifetime.load(store, layer) == Lifetime(STOPPED, END)
    assert json.loads(store.read(layer_state.lifetime_key(layer)) or b"")["version"] == 1


def test_an_object_that_says_nothing_any_more_goes(layer: Layer, store: LocalStore) -> None:
    lifetime.change(store, layer, lambda now: replace(now, expires=END))
    lifetime.change(store, layer, lambda _: NOTHING)
    assert store.read(layer_state.lifetime_key(layer)) is None
    assert lifetime.change(store, layer, lambda _: NOTHING) == NOTHING


class Overtaken(LocalStore):
    """Another command writes between each read and write, ``times`` times."""

    times = 1

    def write_if(self, key: str, data: bytes, tag: str | None) -> bool:
        if self.times:
            self.times -= 1
            self.write(key, json.dumps({"version": 1, "expires": {"at": 5, "by": "other"}}).encode())
        return super().write_if(key, data, tag)


def test_what_another_command_writes_meanwhile_stays(layer: Layer, tmp_path: Path) -> None:
    found = lifetime.change(Overtaken(tmp_path), layer, lambda now: replace(now, stopped=STOPPED))
    assert found == Lifetime(STOPPED, TenantEnd(5.0, "other"))


def test_a_write_that_is_overtaken_for_ever_is_busy(layer: Layer, tmp_path: Path) -> None:
    store = Overtaken(tmp_path)
    store.times = 100
    with pytest.raises(BusyError, match="keep writing"):
        lifetime.change(store, layer, lambda now: replace(now, stopped=STOPPED))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"stopped": 1}',
        '{"stopped": {"services": {"acme": {}}}}',
        '{"stopped": {"services": {"acme": {"count": -1}}}}',
        '{"stopped": {"services": {"acme": {"count": true}}}}',
        '{"expires": {}}',
        '{"expires": {"at": "soon"}}',
        '{"expires": {"at": true}}',
        '{"expires": {"at": 1e999}}',
    ],
)
def test_a_damaged_object_is_one_error(layer: Layer, store: LocalStore, text: str) -> None:
    store.write(layer_state.lifetime_key(layer), text.encode())
    with pytest.raises(ConfigError, match="cannot be read: the object is damaged") as caught:
        lifetime.load(store, layer)
    assert caught.value.where == layer_state.lifetime_key(layer)


def test_one_of_a_newer_orchestrate_is_left(layer: Layer, store: LocalStore) -> None:
    store.write(layer_state.lifetime_key(layer), b'{"version": 2, "expires": []}')
    with pytest.raises(NewerError):
        lifetime.change(store, layer, lambda _: NOTHING)
    assert store.read(layer_state.lifetime_key(layer)) == b'{"version": 2, "expires": []}'
