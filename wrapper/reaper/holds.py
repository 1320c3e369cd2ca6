"""The hold of a stack, in one object beside its states: keep.json."""

from __future__ import annotations

import json

from ..model import naming
from ..model.stack import Stack
from ..model.versions import check_known
from ..state.layer_state import data_in
from ..state.store import Store
from . import rules
from .rules import Hold

KEEP = "keep.json"


def key(stack: Stack) -> str:
    return naming.stack_prefix(stack.region, stack.name) + KEEP


def read(store: Store, stack: Stack) -> Hold | None:
    """Until when it is kept, or None. ConfigError when that cannot be read."""
    data = store.read(key(stack))
    return None if data is None else rules.parse_hold(data_in(data), key(stack))


def write(store: Store, stack: Stack, hold: Hold) -> None:
    """In the place of any other, damaged ones too. NewerError where a newer orchestrate keeps it."""
    _check_known(store, stack)
    store.write(key(stack), json.dumps(hold.as_data(), indent=2).encode())


def forget(store: Store, stack: Stack) -> None:
    """As :func:`write`."""
    _check_known(store, stack)
    store.delete(key(stack))


def _check_known(store: Store, stack: Stack) -> None:
    check_known(data_in(store.read(key(stack))), rules.VERSION, "a keep", key(stack))
