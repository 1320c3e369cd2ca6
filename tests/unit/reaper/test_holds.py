"""What a hold is as an object beside a stack's states."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import stack

from wrapper.model.errors import ConfigError, NewerError
from wrapper.reaper import holds
from wrapper.reaper.rules import Hold
from wrapper.state.store import LocalStore

STACK = stack()
KEY = "ap-southeast-2/app/keep.json"
HOLD = Hold(1e9, "2001-09-09", "UTC", "a demo", "me", "now")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


def test_a_hold_is_written_read_and_forgotten(store: LocalStore) -> None:
    assert holds.read(store, STACK) is None
    holds.write(store, STACK, HOLD)
    assert list(store.listing("")) == [KEY] and holds.read(store, STACK) == HOLD
    holds.forget(store, STACK)
    assert store.read(KEY) is None


def test_a_damaged_one_is_refused_and_may_be_replaced(store: LocalStore) -> None:
    store.write(KEY, b"{")
    with pytest.raises(ConfigError, match="cannot read until when this stack is kept"):
        holds.read(store, STACK)
    holds.write(store, STACK, HOLD)
    assert holds.read(store, STACK) == HOLD


def test_a_newer_one_is_left_alone(store: LocalStore) -> None:
    store.write(KEY, b'{"version": 99}')
    for act in (holds.read, holds.forget, lambda *at: holds.write(*at, HOLD)):
        with pytest.raises(NewerError):
            act(store, STACK)
    assert store.read(KEY) == b'{"version": 99}'
