"""One object of the bucket, changed by conditional writes: what another command writes at the same moment stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .store import Store

T = TypeVar("T")


def changed(
    store: Store,
    key: str,
    form: tuple[Callable[[bytes | None], T], Callable[[T], bytes | None]],
    change: Callable[[T], T],
    tries: int,
    wait: Callable[[int], None] = lambda turn: None,
) -> T | None:
    """What stands at a key now, as ``change`` wants it: read, changed, written if no other write came between, else read
    again after ``wait`` of that turn; None where others were first ``tries`` times. ``form`` parses it and renders it; what it
    renders as None says nothing any more, and goes."""
    parse, render = form
    for turn in range(tries):
        data, tag = store.read_tagged(key) or (None, None)
        before = parse(data)
        after = change(before)
        if after == before or _written(store, key, render(after), tag):
            return after
        wait(turn)
    return None


def _written(store: Store, key: str, data: bytes | None, tag: str | None) -> bool:
    if data is None:
        return tag is None or store.delete_if(key, tag)
    return store.write_if(key, data, tag)
