"""What the night spares, kept in one object beside a stack's states: keep.json."""

from __future__ import annotations

import json

from . import layout, night
from .model import Stack
from .night import Kept
from .state import data_in
from .stores import Store
from .versions import check_known

KEEP = "keep.json"


def key(stack: Stack) -> str:
    return layout.stack_prefix(stack.region, stack.name) + KEEP


def read(store: Store, stack: Stack) -> Kept | None:
    """Until when it is kept, or None. ConfigError when that cannot be read."""
    data = store.read(key(stack))
    return None if data is None else night.parse_kept(data_in(data), key(stack))


def write(store: Store, stack: Stack, kept: Kept) -> None:
    """In the place of any other, damaged ones too. NewerError where a newer orchestrate keeps it."""
    _check_known(store, stack)
    store.write(key(stack), json.dumps(kept.as_data(), indent=2).encode())


def forget(store: Store, stack: Stack) -> None:
    """As :func:`write`."""
    _check_known(store, stack)
    store.delete(key(stack))


def _check_known(store: Store, stack: Stack) -> None:
    check_known(data_in(store.read(key(stack))), night.VERSION, "a keep", key(stack))
