"""What the night spares, kept in one object beside a stack's states: keep.json."""

from __future__ import annotations

import json

from . import layout, night
from .model import Stack
from .night import Kept
from .stores import Store

KEEP = "keep.json"


def key(stack: Stack) -> str:
    return layout.stack_prefix(stack.region, stack.name) + KEEP


def read(store: Store, stack: Stack) -> Kept | None:
    """Until when it is kept, or None. ConfigError when that cannot be read."""
    data = store.read(key(stack))
    if data is None:
        return None
    try:
        found = json.loads(data)
    except ValueError:
        found = None
    return night.parse_kept(found, key(stack))


def write(store: Store, stack: Stack, kept: Kept) -> None:
    store.write(key(stack), json.dumps(kept.as_data(), indent=2).encode())


def forget(store: Store, stack: Stack) -> None:
    store.delete(key(stack))
