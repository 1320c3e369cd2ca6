"""The tasks of a layer, kept beside its state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project_on_disk import REGION, Disk

from wrapper.model.errors import NewerError
from wrapper.model.stack import Layer
from wrapper.project.project import Project
from wrapper.state import task_history
from wrapper.state.store import LocalStore
from wrapper.state.task_history import KEPT, OBJECT, TaskEntry


@pytest.fixture
def layer(example: Disk) -> Layer:
    return Layer(Project(example.root, example.root / ".orchestrate", lambda _: None).stack("app-test", REGION), "acme")


def test_the_last_ones_are_kept(layer: Layer, tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "states")
    assert task_history.load(store, layer) == ()
    for n in range(KEPT + 2):
        task_history.add(store, layer, TaskEntry(at=str(n), name="migrate", result="0", builds={"web-build": "9"}))
    found = task_history.load(store, layer)
    assert (len(found), found[0].at, found[-1].builds) == (KEPT, "2", {"web-build": "9"})


def test_what_cannot_be_read_is_none(layer: Layer, tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "states")
    task_history.add(store, layer, TaskEntry(at="1"))
    (key,) = store.listing("")
    assert key.endswith(f"tenants/acme/{OBJECT}")
    store.write(key, b"{")
    assert task_history.load(store, layer) == ()
    store.write(key, json.dumps({"version": 99, "tasks": []}).encode())
    with pytest.raises(NewerError):
        task_history.load(store, layer)
